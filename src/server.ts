import { ApiKeyScheme } from './access/authentication/api-keys.ts';
import { authenticate } from './access/authentication/authenticate.ts';
import { isolated } from './access/authentication/user-isolation.ts';
import { GatewayScheme } from './access/authentication/gateway-headers.ts';
import type { Scheme } from './access/authentication/scheme.ts';
import { Authorizer } from './access/policy/authorizer.ts';
import { policyOf } from './access/policy/parse.ts';
import { ANONYMOUS } from './access/principal.ts';
import { isLoopback } from './base/loopback.ts';
import { NO_OBSERVER } from './base/observer.ts';
import { isOpenToAll, refuseStrangers, type AuthConfig, type Config } from './config/config.ts';
import { packageVersion } from './config/version.ts';
import { AuditTrail } from './service/audit.ts';
import { Conversations } from './service/conversations/conversations.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/port.ts';
import { conversationRoutes } from './wire/conversation-routes.ts';
import { openAuditLog } from './telemetry/audit-log.ts';
import type { LogSink } from './telemetry/log.ts';
import type { MetricSources } from './telemetry/metrics.ts';
import { Telemetry } from './telemetry/telemetry.ts';
import { createHttp, type Http, type HttpOptions } from './wire/http.ts';
import { metricsRoute } from './wire/metrics-route.ts';
import type { Route } from './wire/route.ts';
import { withSystemRoutes, type Unreadiness } from './wire/system-routes.ts';

export interface Server {
  /** Starts to listen and returns the base URL for clients, such as `http://127.0.0.1:4141/v1`. */
  listen(): Promise<string>;
  /** Stops accepting, finishes what is under way, and closes the database. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Where the log goes; by default nowhere. */
  readonly log?: LogSink;
  /** Told of every failure that is the server's own, with the request id that the caller was given. */
  readonly onServerError?: (error: unknown, requestId: string) => void;
}

const MS_PER_SECOND = 1000;

/** What the listeners of a server share. */
interface Parts {
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly authorizer: Authorizer;
  readonly audit: AuditTrail | undefined;
  readonly state: { isClosing: boolean };
  readonly onServerError: HttpOptions['onServerError'];
}

/** Builds a server on its database. The one place where the parts meet. */
export async function createServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  refuseStrangers(config);
  await using stack = new AsyncDisposableStack();
  const parts = await openParts(config, options, stack);
  const { telemetry, store } = parts;
  const listener = async (build: Promise<Http>): Promise<Http> =>
    stack.adopt(await build, (built) => built.close());
  const api = await listener(apiHttp(config, parts));
  const { metrics } = config;
  const figures =
    typeof metrics === 'string' ? undefined : await listener(metricsHttp(config, metrics, parts));
  if (metrics !== 'nowhere') await telemetry.measure(metricSources(store, api));
  return new Assembled(config, parts, { api, figures }, stack.move());
}

/** An address that could not be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The setting by which it was chosen. */
  readonly setting: 'port' | 'metrics';
  readonly host: string;
  readonly port: number;

  constructor(setting: ListenError['setting'], at: Address, cause: unknown) {
    super(`Cannot listen on ${at.host}, port ${at.port}`, { cause });
    this.setting = setting;
    this.host = at.host;
    this.port = at.port;
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

class Assembled implements Server {
  readonly #config: Config;
  readonly #parts: Parts;
  readonly #api: Http;
  /** Metrics at an address of their own. */
  readonly #figures: Http | undefined;
  readonly #owned: AsyncDisposableStack;
  #isListening = false;
  #closed: Promise<void> | undefined;

  constructor(
    config: Config,
    parts: Parts,
    { api, figures }: { readonly api: Http; readonly figures: Http | undefined },
    owned: AsyncDisposableStack,
  ) {
    this.#config = config;
    this.#parts = parts;
    this.#api = api;
    this.#figures = figures;
    this.#owned = owned;
  }

  async listen(): Promise<string> {
    const { log } = this.#parts.telemetry;
    const { metrics } = this.#config;
    if (this.#figures !== undefined && typeof metrics !== 'string') {
      log?.info(`metrics on ${await listenOn(this.#figures, 'metrics', metrics)}/metrics`);
    }
    const url = `${await listenOn(this.#api, 'port', this.#config)}/v1`;
    log?.info(`listening on ${url}`);
    this.#isListening = true;
    if (isOpenToAll(this.#config)) {
      log?.warn(`everyone who can reach ${url} may read and change everything`);
    }
    return url;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { telemetry, state } = this.#parts;
    state.isClosing = true;
    if (this.#isListening) telemetry.log?.info('stopping: finishing what is under way');
    // Whoever is still sending by then will not finish.
    const deadline = setTimeout(() => {
      this.#api.hangUp();
      this.#figures?.hangUp();
    }, this.#config.drainTimeoutSeconds * MS_PER_SECOND);
    try {
      await Promise.all([this.#api.close(), this.#figures?.close()]);
      await this.#owned.disposeAsync();
    } finally {
      clearTimeout(deadline);
    }
    if (this.#isListening) telemetry.log?.info('stopped');
    telemetry.log?.flush();
  }
}

/** Starts to listen, and returns the origin. Rejects with a `ListenError`. */
async function listenOn(
  http: Http,
  setting: ListenError['setting'],
  { host, port }: Address,
): Promise<string> {
  try {
    const chosen = await http.listen({ host, port });
    return `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`;
  } catch (error) {
    throw new ListenError(setting, { host, port }, error);
  }
}

async function openParts(
  config: Config,
  { log, onServerError }: ServerOptions,
  stack: AsyncDisposableStack,
): Promise<Parts> {
  const telemetry = await Telemetry.open(config.log, log);
  const store = stack.adopt(await openStore(config.database, telemetry), (opened) =>
    opened.close(),
  );
  const authorizer = new Authorizer(policyOf(config.auth.policyRules));
  const { write } = stack.use(openAuditLog(config.auditLog));
  const failed = (error: unknown, requestId: string): void => {
    telemetry.log?.failed(error, requestId);
    onServerError?.(error, requestId);
  };
  return {
    store,
    telemetry,
    authorizer,
    audit: write === undefined ? undefined : new AuditTrail(store, authorizer, write, failed),
    state: { isClosing: false },
    onServerError: failed,
  };
}

async function apiHttp(config: Config, parts: Parts): Promise<Http> {
  const { store, telemetry, authorizer, state } = parts;
  const conversations = new Conversations(store, authorizer, telemetry);
  const options = { ...config.limits, dialect: config.dialect };
  const figures = config.metrics === 'beside' ? [figuresRoute(telemetry)] : [];
  return createHttp({
    ...limitsOf(config),
    routes: withSystemRoutes([...conversationRoutes(conversations, options), ...figures], {
      version: packageVersion(),
      unreadiness: () => unreadiness(store, state.isClosing),
    }),
    localHostsOnly: isOpenToThisMachineOnly(config),
    authenticate: await authenticator(config, parts),
    audit: parts.audit,
    observer: telemetry,
    onServerError: parts.onServerError,
  });
}

/** Metrics at an address of their own, which whoever may reach it may read. */
function metricsHttp(
  config: Config,
  { host }: { readonly host: string },
  { telemetry, onServerError }: Parts,
): Promise<Http> {
  return createHttp({
    ...limitsOf(config),
    routes: [figuresRoute(telemetry)],
    localHostsOnly: isLoopback(host),
    authenticate: async () => ANONYMOUS,
    audit: undefined,
    observer: NO_OBSERVER,
    onServerError,
  });
}

function figuresRoute(telemetry: Telemetry): Route {
  return metricsRoute(() => telemetry.metricsText());
}

function limitsOf({ limits, protection }: Config) {
  return {
    bodyLimit: limits.bodyBytes,
    deepestNesting: limits.nesting,
    protection,
    requestTimeout: protection.requestTimeoutSeconds * MS_PER_SECOND,
    maxConnections: protection.maxConnections,
  };
}

function metricSources(store: Store, http: Http): MetricSources {
  return {
    gauges: () => store.gauges(),
    databaseBytes: () => store.size(),
    openConnections: () => http.connections(),
  };
}

async function unreadiness(store: Store, isClosing: boolean): Promise<readonly Unreadiness[]> {
  const stopping = isClosing ? [{ text: 'it is about to stop' }] : [];
  try {
    await store.ping();
    return stopping;
  } catch (error) {
    return [...stopping, { text: 'the database does not answer', cause: error }];
  }
}

/** Whether reaching this machine is all it takes, so that a web page on it must not. */
function isOpenToThisMachineOnly({ host, allowAnonymous, auth }: Config): boolean {
  const needsNoSecret =
    auth.schemes.length === 0 ||
    (auth.schemes.includes('headers') && auth.headers?.secret === undefined);
  return isLoopback(host) && !allowAnonymous && needsNoSecret;
}

async function authenticator(
  { auth }: Config,
  { store, audit, telemetry }: Parts,
): Promise<HttpOptions['authenticate']> {
  const schemes = await Promise.all(
    auth.schemes.map((name) => buildScheme(name, auth, store, telemetry)),
  );
  const plain: HttpOptions['authenticate'] = (credentials, requestId) =>
    authenticate(schemes, credentials, ({ scheme, reason }) => {
      audit?.recordRefusal(requestId, scheme, reason);
      telemetry.log?.refused(scheme, reason, requestId);
    });
  if (!auth.userIsolation) return plain;
  return async (credentials, requestId) =>
    isolated(await plain(credentials, requestId), credentials);
}

async function buildScheme(
  name: AuthConfig['schemes'][number],
  { jwt, headers }: AuthConfig,
  store: Store,
  telemetry: Telemetry,
): Promise<Scheme> {
  if (name === 'keys') {
    return new ApiKeyScheme(store.keys, (isHit) => telemetry.lookedUp('api_keys', isHit));
  }
  if (name === 'headers' && headers !== undefined) return new GatewayScheme(headers);
  if (name === 'jwt' && jwt !== undefined) {
    // Loaded only where it is used: start-up is felt.
    const { JwtScheme } = await import('./access/authentication/jwt.ts');
    return new JwtScheme(jwt, (isHit) => telemetry.lookedUp('issuer_keys', isHit));
  }
  throw new Error(`the scheme ${name} has no configuration`);
}
