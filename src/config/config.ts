import { OperatorError } from '../base/errors/operator-error.ts';
import { isLoopback } from '../base/loopback.ts';
import { unixSocketPath } from '../base/unix-socket.ts';
import { group, type Parsed, type ValueOf } from './settings/entry.ts';
import type { Place } from './settings/place.ts';
import { SETTINGS } from './settings/tables.ts';

/** All settings, with the rules between different subjects. */
export const CONFIGURATION = group({ entries: SETTINGS, finish: resolve });

/** Every setting, checked and typed. */
export interface Config extends ValueOf<typeof CONFIGURATION> {}

type Metrics = Parsed<typeof SETTINGS>['metrics'];

/** The limits of requests and pages that are not given, as OpenAI's service has them, and for other clients. */
const LIMITS = {
  strict: { maxItemsPerRequest: 20, maxPageSize: 100 },
  liberal: { maxItemsPerRequest: 1000, maxPageSize: 1000 },
};

/** Returns the settings with the values that depend on others. */
function resolve(settings: Parsed<typeof SETTINGS>, place: Place) {
  const { strict, maxItemsPerRequest, maxPageSize, auditLog, auditLogReads } = settings;
  if (auditLogReads && auditLog === undefined) {
    throw place
      .at('auditLogReads')
      .invalid('there is no audit log', 'Name a file with --audit-log, or - for standard output.');
  }
  const usual = LIMITS[strict ? 'strict' : 'liberal'];
  return {
    ...settings,
    maxItemsPerRequest: maxItemsPerRequest ?? usual.maxItemsPerRequest,
    maxPageSize: maxPageSize ?? usual.maxPageSize,
    metrics: resolveMetrics(settings, place),
    console: resolveConsole(settings, place),
  };
}

/** Checks that the console signs people in where their tokens are taken. */
function resolveConsole({ console, auth }: Parsed<typeof SETTINGS>, place: Place) {
  if (console.oidc === undefined) return { ...console, oidc: undefined };
  if (auth.jwt === undefined) {
    throw place
      .at('console')
      .at('oidcClientId')
      .invalid(
        'no tokens of an issuer are taken',
        'Write auth: schemes: [jwt] with a section auth: jwt:, or leave oidc_client_id out.',
      );
  }
  // As with the section of the tokens, which counts when their scheme is on.
  if (!auth.schemes.includes('jwt')) return { ...console, oidc: undefined };
  const { issuer, audience } = auth.jwt;
  const { audienceParameter, clientId, scope } = console.oidc;
  const parameters = audienceParameter === undefined ? {} : { [audienceParameter]: audience };
  return { ...console, oidc: { issuer, clientId, scope, parameters } };
}

/** Replaces `auto`. Metrics are about all requests, so callers that must authenticate do not get them. */
function resolveMetrics(
  { metrics: given, host, port, auth }: Parsed<typeof SETTINGS>,
  place: Place,
): Exclude<Metrics, 'auto'> {
  const byDefault = auth.schemes.length === 0 ? 'on' : 'off';
  const metrics: Exclude<Metrics, 'auto'> = given === 'auto' ? byDefault : given;
  const isOwnPort =
    typeof metrics === 'object' && metrics.port === port && metrics.host === host && port !== 0;
  if (isOwnPort) {
    throw place
      .at('metrics')
      .invalid(
        "it is the server's own address and port",
        'Choose another port, or `on` to serve metrics on the port of the API.',
      );
  }
  return metrics;
}

/** Returns whether every caller that can reach this machine over the network is served. */
export function isOpenToNetwork({ host, auth }: Pick<Config, 'host' | 'auth'>): boolean {
  return auth.schemes.length === 0 && !isLoopback(host) && unixSocketPath(host) === undefined;
}

/** Throws an `OperatorError` when every caller on the network would be served and no setting allows it. */
export function assertNotOpenToNetwork(
  config: Pick<Config, 'host' | 'auth' | 'allowAnonymous'>,
): void {
  const { host, allowAnonymous } = config;
  if (allowAnonymous || !isOpenToNetwork(config)) return;
  throw new OperatorError(
    'anonymous_on_network',
    `Listening on ${host} would let every client that can reach it read and delete every conversation: no authentication is configured.`,
    'Listen on 127.0.0.1, name an authentication scheme with --auth, or pass --allow-anonymous if that is what you want.',
  );
}
