import { isIP } from 'node:net';
import type { AttributeName } from '../../base/row-filter.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import {
  DEFAULT_TENANT,
  type GatewayOptions,
  type JwtOptions,
} from '../../options/authentication.ts';
import { accessPolicy } from './access-policy.ts';
import {
  defaultedSection,
  section,
  type Parsed,
  type Setting,
  type Table,
  type ValueOf,
} from './entry.ts';
import { choice, exactText, list, parser, url, wholeNumber } from './parsers.ts';
import type { Place } from './place.ts';

/** Signatures with a public key only. A shared key that checks tokens could also make them. */
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
] as const;

type Source = 'subject' | 'tenant' | AttributeName;

/** Returns settings that name the claim or the header of each field of a principal. */
function sources<const Subject extends string>(what: string, subject: Subject) {
  const source = <const Name extends string>(name: Name, field: string) =>
    ({ name, parser: exactText, description: `${what} of ${field}.` }) as const;
  return {
    subject: { ...source('subject', 'the subject'), default: subject },
    tenant: source('tenant', 'the tenant'),
    roles: source('roles', 'the roles'),
    teams: source('teams', 'the teams'),
    projects: source('projects', 'the projects'),
    namespaces: source('namespaces', 'the namespaces'),
  } as const satisfies Readonly<Record<Source, Setting>>;
}

const JWT = {
  issuer: {
    name: 'issuer',
    parser: url,
    isRequired: true,
    description: 'Issuer of the tokens, exactly as they name it.',
  },
  audience: {
    name: 'audience',
    parser: exactText,
    isRequired: true,
    description: 'Audience that a token must be for.',
  },
  jwksUrl: {
    name: 'jwks-url',
    parser: url,
    description:
      "URL of the issuer's keys; without it, found through the issuer's OpenID configuration.",
  },
  algorithms: {
    name: 'algorithms',
    parser: list(choice(ALGORITHMS)),
    default: 'RS256, ES256',
    description: `The only algorithms that are taken: some of ${ALGORITHMS.map((name) => `\`${name}\``).join(', ')}.`,
  },
  clockToleranceSeconds: {
    name: 'clock-tolerance',
    placeholder: 'SECONDS',
    parser: wholeNumber(0, 600),
    default: '30',
    description: "Largest difference between the issuer's clock and this one.",
  },
  keysCooldownSeconds: {
    name: 'keys-cooldown',
    placeholder: 'SECONDS',
    parser: wholeNumber(1, 3600),
    default: '10',
    description: "Time between two fetches of the issuer's keys for unknown key ids.",
  },
  tenant: {
    name: 'tenant',
    parser: exactText,
    description: `Tenant of all tokens, instead of a claim; \`${DEFAULT_TENANT}\` without either.`,
  },
  claims: defaultedSection({
    name: 'claims',
    description: 'Claims of a principal. A dot leads into nested claims.',
    entries: sources('Claim', 'sub'),
  }),
} as const satisfies Table;

const address = parser(
  'an address or a range such as 10.0.0.1 or 10.0.0.0/8',
  ['10.0.0.1', '10.0.0.0/8', '::1'],
  (text) => (isAddress(text) ? text : undefined),
);

const HEADERS = {
  ...sources('Header', 'x-colloquy-subject'),
  secretHeader: {
    name: 'secret-header',
    parser: exactText,
    default: 'x-colloquy-secret',
    description: 'Header of the secret `auth-headers-secret`.',
  },
  addresses: {
    name: 'addresses',
    parser: list(address),
    default: '',
    description: 'Addresses and ranges of the gateway. Without any, all, if there is a secret.',
  },
  defaultTenant: {
    name: 'default-tenant',
    parser: exactText,
    description: `Tenant of all callers, instead of a header; \`${DEFAULT_TENANT}\` without either.`,
  },
} as const satisfies Table;

export const authentication = defaultedSection({
  name: 'auth',
  description: 'Authentication, and what callers may do.',
  short: 'schemes',
  entries: {
    schemes: {
      name: 'schemes',
      placeholder: 'SCHEMES',
      parser: list(choice(['keys', 'jwt', 'headers'])),
      default: '',
      description:
        'Authentication schemes, separated by commas: some of `keys`, `jwt`, `headers`. Without a scheme, only callers on this machine are served, without authentication.',
    },
    jwt: section({
      name: 'jwt',
      description: 'Tokens of an OpenID Connect issuer.',
      entries: JWT,
      finish: jwtOptions,
    }),
    headers: defaultedSection({
      name: 'headers',
      description: 'Headers of a gateway that has authenticated the caller.',
      entries: HEADERS,
    }),
    accessPolicy,
  },
});

function jwtOptions({ tenant, ...jwt }: Parsed<typeof JWT>, place: Place): JwtOptions {
  if (jwt.algorithms.length === 0) {
    throw place
      .at('algorithms')
      .invalid(
        'it is empty, so that no token would be taken',
        `Use some of: ${ALGORITHMS.join(', ')}.`,
      );
  }
  if (tenant !== undefined && jwt.claims.tenant !== undefined) {
    throw place
      .at('tenant')
      .invalid(
        'it would never be used, since claims names a tenant',
        'Keep tenant for one tenant, or claims: tenant where each caller brings its own.',
      );
  }
  return { ...jwt, tenant: tenant ?? DEFAULT_TENANT };
}

interface AuthSettings {
  readonly authentication: ValueOf<typeof authentication>;
  readonly headersSecret: string | undefined;
  readonly userIsolation: boolean;
}

/** Combines the settings of authentication. Throws an `OperatorError` when they contradict each other. */
export function authOptions(
  { authentication: { headers, ...given }, headersSecret, userIsolation }: AuthSettings,
  place: Place,
) {
  const section = place.at('authentication');
  const auth = {
    ...given,
    // With the secret alone, the headers have the default names.
    headers:
      section.at('headers').isGiven || headersSecret !== undefined
        ? gatewayOptions(headers, headersSecret, section.at('headers'))
        : undefined,
    userIsolation,
  };
  for (const scheme of ['jwt', 'headers'] as const) {
    if (auth.schemes.includes(scheme) && auth[scheme] === undefined) {
      throw withoutSection(scheme, section.at('schemes'));
    }
  }
  if (auth.schemes.length > 0) return auth;
  if (auth.jwt !== undefined || auth.headers !== undefined || auth.accessPolicy !== undefined) {
    throw new OperatorError(
      'authentication_is_off',
      'The configuration has settings of authentication or a policy, and no authentication scheme is on.',
      'Name schemes with --auth or auth: schemes:, or remove the other auth settings.',
    );
  }
  if (userIsolation) {
    throw place
      .at('userIsolation')
      .invalid(
        'it separates the users of one key, and no authentication scheme is on',
        'Name schemes with --auth, or leave user isolation out.',
        'authentication_is_off',
      );
  }
  return auth;
}

function withoutSection(scheme: 'jwt' | 'headers', schemes: Place): OperatorError {
  const secretAlone =
    scheme === 'headers'
      ? ', or set COLLOQUY_AUTH_HEADERS_SECRET alone to take the usual names'
      : '';
  return schemes.invalid(
    `the scheme ${scheme} has no section in the config file`,
    `Write a section auth: ${scheme}: in the config file, as docs/access.md shows${secretAlone}.`,
  );
}

function gatewayOptions(
  { secretHeader, addresses, defaultTenant, ...headers }: Parsed<typeof HEADERS>,
  secret: string | undefined,
  place: Place,
): GatewayOptions {
  if (addresses.length === 0 && secret === undefined) {
    throw place.invalid(
      'any caller could send these headers',
      'List the addresses of the gateway in addresses, or set COLLOQUY_AUTH_HEADERS_SECRET to the secret that it sends.',
    );
  }
  if (defaultTenant !== undefined && headers.tenant !== undefined) {
    throw place
      .at('defaultTenant')
      .invalid(
        'it would never be used, since tenant names a header',
        'Keep default_tenant for one tenant, or tenant where each caller brings its own.',
      );
  }
  return {
    headers,
    tenant: defaultTenant ?? DEFAULT_TENANT,
    secret: secret === undefined ? undefined : { header: secretHeader, value: secret },
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
