import { defaultedSection, type Parsed, type Table } from './entry.ts';
import { exactText, list, onOff, parser, text, wholeNumber } from './parsers.ts';

const MINUTES_PER_DAY = 1440;

/** Parser of a source of the policy. It takes no spaces and no semicolons, which would begin another rule. */
const frameAncestor = parser(
  'self, or an origin such as https://office.example.com',
  ['self', 'https://office.example.com', 'https://*.example.com:8443'],
  (given) =>
    given === 'self' || /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(given)
      ? given
      : undefined,
);

/** Parser of the scope of a sign-in. Without `openid`, an issuer gives no ID token. */
const scope = parser('words with openid among them', ['openid email', 'openid profile'], (given) =>
  given.split(' ').includes('openid') ? given : undefined,
);

const ENTRIES = {
  enabled: {
    name: 'enabled',
    parser: onOff,
    default: 'on',
    description:
      'The web console at `/console/`. It is a file and not a right: it shows what the credentials given to it may read.',
  },
  oidcClientId: {
    name: 'oidc-client-id',
    parser: exactText,
    description:
      'Public client under which the console signs people in at the issuer of `auth.jwt`. Without it, the console asks for a token.',
  },
  oidcScope: {
    name: 'oidc-scope',
    parser: scope,
    default: 'openid',
    description: 'Scope that the console asks for, with `openid` in it.',
  },
  oidcAudienceParameter: {
    name: 'oidc-audience-parameter',
    parser: exactText,
    description:
      'Parameter that names the audience of `auth.jwt` to the issuer, where it needs one: `audience`, or `resource`.',
  },
  frameAncestors: {
    name: 'frame-ancestors',
    parser: list(frameAncestor),
    default: '',
    description: 'Origins whose pages may show the console in a frame, or `self`.',
  },
  titleKeys: {
    name: 'title-keys',
    parser: list(text),
    default: 'title, name, subject, topic',
    description: 'Keys of the metadata that name a conversation in the console, the best first.',
  },
  idleMinutes: {
    name: 'idle-minutes',
    placeholder: 'MINUTES',
    parser: wholeNumber(0, MINUTES_PER_DAY),
    default: '30',
    description:
      'Time without input after which the console covers itself and forgets the key; 0 for never.',
  },
} as const satisfies Table;

export const CONSOLE = {
  console: defaultedSection({
    name: 'console',
    description: 'The web console.',
    short: 'enabled',
    entries: ENTRIES,
    finish: consoleOptions,
  }),
} as const satisfies Table;

function consoleOptions({
  oidcClientId,
  oidcScope,
  oidcAudienceParameter,
  ...rest
}: Parsed<typeof ENTRIES>) {
  const oidc =
    oidcClientId === undefined
      ? undefined
      : {
          clientId: oidcClientId,
          scope: oidcScope,
          audienceParameter: oidcAudienceParameter,
        };
  return { ...rest, oidc };
}
