/** The addresses that a URL of a request may lead to. */

import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that are not public: IANA's registries of special purposes. */
const IPV4_RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Ranges of the only block that is public at all, `2000::/3`: tunnels to IPv4, documentation, benchmarks. */
const IPV6_RANGES: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic = new BlockList();
for (const [network, prefix] of IPV4_RANGES) notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of IPV6_RANGES) notPublic.addSubnet(network, prefix, 'ipv6');
const publicBlock = new BlockList();
publicBlock.addSubnet('2000::', 3, 'ipv6');

/** Checks that an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, 'ipv4');
    case 6:
      // An address with a zone is local.
      return (
        !address.includes('%') &&
        publicBlock.check(address, 'ipv6') &&
        !notPublic.check(address, 'ipv6')
      );
    default:
      return false;
  }
}

/** Rules for the addresses of a connection. */
export interface AddressRules {
  readonly isAllowed: (address: string) => boolean;
  readonly lookup: LookupFunction;
}

/** Rules for URLs that requests name: public addresses alone. */
export const PUBLIC_ADDRESSES: AddressRules = {
  isAllowed: isPublicAddress,
  lookup: systemLookup,
};

class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';

  constructor() {
    super('the URL leads to an address that is not public');
  }
}

/**
 * Makes a look-up that fails unless all addresses of a name are allowed. The connection is made to the very addresses
 * that were checked, so a name that resolves otherwise a moment later changes nothing.
 */
export function guardedLookup({ isAllowed, lookup }: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      const addresses: readonly LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: family ?? 0 }] : (found ?? []);
      if (error !== null) callback(error, '', 0);
      else if (addresses.some(({ address }) => !isAllowed(address))) {
        callback(new ForbiddenAddress(), '', 0);
      } else if (options.all === true) callback(null, [...addresses]);
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}

/** Throws for the host of a URL that is an address and not allowed: it is never looked up. */
export function assertAllowedHost({ hostname }: URL, { isAllowed }: AddressRules): void {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isAllowed(host)) throw new ForbiddenAddress();
}
