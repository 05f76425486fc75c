import { isIP } from 'node:net';
import {
  DEFAULT_TENANT,
  type GatewayOptions,
  type JwtOptions,
  type PrincipalSources,
} from '../options/authentication.ts';
import { ATTRIBUTE_NAMES } from '../base/row-filter.ts';
import type { Section } from '../base/section.ts';

/** What the file's `auth` section says besides the schemes. */
export interface AuthSection {
  readonly jwt: JwtOptions | undefined;
  readonly headers: GatewayOptions | undefined;
  /** The rules of `access_policy` as they stand; undefined: nobody wrote any. */
  readonly policyRules: readonly Section[] | undefined;
}

export const AUTH_KEYS = ['schemes', 'jwt', 'headers', 'access_policy'];
const JWT_KEYS = [
  'issuer',
  'audience',
  'jwks_url',
  'algorithms',
  'clock_tolerance',
  'keys_cooldown',
  'tenant',
  'claims',
];
const RULE_KEYS = ['permit', 'forbid', 'when', 'unless', 'description'];
const NAMES = ['subject', 'tenant', ...ATTRIBUTE_NAMES];
/** Signatures with a public key only: with a shared one, whoever checks tokens could also make them. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Reads the section. Throws an `OperatorError` that names the place and the fix. */
export function readAuth(auth: Section | undefined, headersSecret: string): AuthSection {
  return {
    jwt: readJwt(auth),
    headers: readHeaders(auth, headersSecret),
    policyRules: auth?.sections('access_policy', RULE_KEYS),
  };
}

function readJwt(auth: Section | undefined): JwtOptions | undefined {
  const jwt = auth?.section('jwt', JWT_KEYS);
  if (jwt === undefined) return undefined;
  for (const key of ['issuer', 'jwks_url']) {
    const url = jwt.exactText(key);
    if (url !== undefined && !URL.canParse(url)) {
      throw jwt.invalid(`${key} is not a URL`, `Write ${key}: https://HOST/PATH.`);
    }
  }
  const claims = readNames(jwt.section('claims', NAMES), 'sub');
  return {
    issuer: jwt.requiredText('issuer'),
    audience: jwt.requiredText('audience'),
    jwksUrl: jwt.exactText('jwks_url'),
    algorithms: readAlgorithms(jwt),
    clockToleranceSeconds: jwt.integer('clock_tolerance', 0, 600) ?? 30,
    keysCooldownSeconds: jwt.integer('keys_cooldown', 1, 3600) ?? 10,
    tenant: readTenant(jwt, 'tenant', claims.tenant === undefined ? undefined : 'claims: tenant:'),
    claims,
  };
}

function readAlgorithms(jwt: Section): readonly string[] {
  const algorithms = jwt.texts('algorithms') ?? ['RS256', 'ES256'];
  const fix = `Use some of: ${ALGORITHMS.join(', ')}.`;
  if (algorithms.length === 0) {
    throw jwt.invalid('algorithms is empty, and would take no token', fix);
  }
  for (const algorithm of algorithms) {
    if (!ALGORITHMS.includes(algorithm)) {
      throw jwt.invalid(`'${algorithm}' is no algorithm for tokens`, fix);
    }
  }
  return algorithms;
}

/** The tenant of all callers; `source` is the key under which each of them would bring its own. */
function readTenant(section: Section | undefined, key: string, source: string | undefined): string {
  const tenant = section?.exactText(key);
  if (section !== undefined && tenant !== undefined && source !== undefined) {
    throw section.invalid(
      `${key} would never be used beside ${source}`,
      `Keep ${key}: for one tenant, or ${source} where each caller brings its own.`,
    );
  }
  return tenant ?? DEFAULT_TENANT;
}

function readHeaders(auth: Section | undefined, secret: string): GatewayOptions | undefined {
  const headers = auth?.section('headers', [
    ...NAMES,
    'secret_header',
    'addresses',
    'default_tenant',
  ]);
  // With the secret alone, the headers have their usual names.
  if (headers === undefined && secret === '') return undefined;
  const addresses = headers?.texts('addresses') ?? [];
  const wrong = addresses.find((address) => !isAddress(address));
  if (wrong !== undefined) {
    throw headers?.invalid(`'${wrong}' is no address`, 'Write 10.0.0.1 or 10.0.0.0/8.');
  }
  if (headers !== undefined && addresses.length === 0 && secret === '') {
    throw headers.invalid(
      'anybody could send these headers',
      'List the addresses of the gateway in addresses, or set COLLOQUY_AUTH_HEADERS_SECRET to what it sends along.',
    );
  }
  const names = readNames(headers, 'x-colloquy-subject');
  const header = headers?.exactText('secret_header') ?? 'x-colloquy-secret';
  return {
    headers: names,
    tenant: readTenant(
      headers,
      'default_tenant',
      names.tenant === undefined ? undefined : 'tenant:',
    ),
    secret: secret === '' ? undefined : { header, value: secret },
    addresses,
  };
}

function isAddress(address: string): boolean {
  const [base = '', prefix = '0', more] = address.split('/');
  const longest = isIP(base) === 6 ? 128 : 32;
  return (
    more === undefined && isIP(base) !== 0 && /^\d+$/.test(prefix) && Number(prefix) <= longest
  );
}

function readNames(names: Section | undefined, subject: string): PrincipalSources {
  const optional = ['tenant', ...ATTRIBUTE_NAMES].flatMap((key) => {
    const name = names?.exactText(key);
    return name === undefined ? [] : [[key, name]];
  });
  // Sound: the keys are the ones listed.
  const rest = Object.fromEntries(optional) as Omit<PrincipalSources, 'subject'>;
  return { ...rest, subject: names?.exactText('subject') ?? subject };
}
