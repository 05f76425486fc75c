import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { GatewayOptions } from '../../options/authentication.ts';
import { commaSeparated } from '../../base/comma-separated.ts';
import { attributesFrom, principalOf } from '../principal.ts';
import { failure, NOT_MINE, type Credentials, type Outcome, type Scheme } from './scheme.ts';

const KIND = { scheme: 'headers' } as const;

/** Headers of a gateway that has authenticated the caller itself. Lists are separated by commas. */
export class GatewayScheme implements Scheme {
  readonly name = 'headers';
  readonly #options: GatewayOptions;
  readonly #gateways = new BlockList();

  constructor(options: GatewayOptions) {
    this.#options = options;
    for (const address of options.addresses) {
      const [base = '', prefix] = address.split('/');
      const family = isIP(base) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#gateways.addAddress(base, family);
      else this.#gateways.addSubnet(base, Number(prefix), family);
    }
  }

  authenticate(credentials: Credentials): Outcome {
    const { headers, tenant: fixedTenant } = this.#options;
    const subject = credentials.header(headers.subject);
    if (subject === undefined) return NOT_MINE;
    if (!this.#isGateway(credentials)) return failure('not from a gateway');
    const tenant = headers.tenant === undefined ? fixedTenant : credentials.header(headers.tenant);
    if (tenant === undefined) return failure('no tenant header');
    const attributes = attributesFrom((name) => {
      const header = headers[name];
      return header === undefined ? [] : commaSeparated(credentials.header(header) ?? '');
    });
    return { kind: 'success', principal: principalOf(tenant, subject, attributes, KIND) };
  }

  #isGateway(credentials: Credentials): boolean {
    const { secret, addresses } = this.#options;
    if (addresses.length > 0 && !this.#isListed(credentials.address)) return false;
    return secret === undefined || isSame(credentials.header(secret.header) ?? '', secret.value);
  }

  #isListed(address: string): boolean {
    const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
    return this.#gateways.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  }
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
