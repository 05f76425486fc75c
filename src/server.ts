import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ApiKeyScheme } from './access/authentication/api-keys.ts';
import { authenticate, type OnRefusal } from './access/authentication/authenticate.ts';
import { isolated } from './access/authentication/user-isolation.ts';
import { GatewayScheme } from './access/authentication/gateway-headers.ts';
import type { Scheme } from './access/authentication/scheme.ts';
import { Authorizer } from './access/policy/authorizer.ts';
import { policyOf } from './access/policy/parse.ts';
import { openAuditLog } from './telemetry/audit-log.ts';
import { isLoopback, refuseStrangers, type AuthConfig, type Config } from './config/config.ts';
import { packageVersion } from './config/version.ts';
import { AuditTrail } from './service/audit.ts';
import { Conversations } from './service/conversations/conversations.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/port.ts';
import { conversationRoutes } from './wire/conversation-routes.ts';
import { createHttp, type HttpOptions } from './wire/http.ts';
import { withSystemRoutes } from './wire/system-routes.ts';

export interface Server {
  /** Starts to listen and returns the base URL for clients, such as `http://127.0.0.1:4141/v1`. */
  listen(): Promise<string>;
  /** Stops accepting, finishes what is under way, and closes the database. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Told of every failure that is the server's own, with the request id that the caller was given. */
  readonly onServerError?: (error: unknown, requestId: string) => void;
  /** Told why credentials were refused. Never sees them. */
  readonly onRefusal?: (refusal: Parameters<OnRefusal>[0], requestId: string) => void;
}

const MS_PER_SECOND = 1000;
const STOP_WITHIN_MS = 30_000;

/** Builds a server on its database. The one place where the parts meet. */
export async function createServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  refuseStrangers(config);
  await using stack = new AsyncDisposableStack();
  const store = stack.adopt(await openStore(config.database), (opened) => opened.close());
  const authorizer = new Authorizer(policyOf(config.auth.policyRules));
  const { write } = stack.use(openAuditLog(config.auditLog));
  const audit = write === undefined ? undefined : new AuditTrail(store, authorizer, write);
  const routes = withSystemRoutes(
    conversationRoutes(new Conversations(store, authorizer), {
      ...config.limits,
      dialect: config.dialect,
    }),
    { version: packageVersion(), ping: () => store.ping() },
  );
  const http = stack.adopt(
    await createHttp({
      routes,
      bodyLimit: config.limits.bodyBytes,
      deepestNesting: config.limits.nesting,
      localHostsOnly: isOpenToThisMachineOnly(config),
      authenticate: await authenticator(config, store, audit, options.onRefusal),
      protection: config.protection,
      requestTimeout: config.protection.requestTimeoutSeconds * MS_PER_SECOND,
      maxConnections: config.protection.maxConnections,
      audit,
      onServerError: options.onServerError ?? (() => undefined),
    }),
    (built) => built.close(),
  );
  const owned = stack.move();
  return {
    listen: async () => {
      http.server.listen({ host: config.host, port: config.port });
      await once(http.server, 'listening');
      return clientUrl(config, http.server.address());
    },
    close: async () => {
      // Whoever is still sending by then will not finish.
      const deadline = setTimeout(() => http.server.closeAllConnections(), STOP_WITHIN_MS);
      await owned.disposeAsync();
      clearTimeout(deadline);
    },
  };
}

/** Whether reaching this machine is all it takes, so that a web page on it must not. */
function isOpenToThisMachineOnly({ host, allowAnonymous, auth }: Config): boolean {
  const needsNoSecret =
    auth.schemes.length === 0 ||
    (auth.schemes.includes('headers') && auth.headers?.secret === undefined);
  return isLoopback(host) && !allowAnonymous && needsNoSecret;
}

function clientUrl(config: Config, address: AddressInfo | string | null): string {
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  // A text only on a pipe, which the configuration cannot ask for.
  const port = typeof address === 'object' ? (address?.port ?? config.port) : config.port;
  return `http://${host}:${port}/v1`;
}

async function authenticator(
  { auth }: Config,
  store: Store,
  audit: AuditTrail | undefined,
  onRefusal: ServerOptions['onRefusal'],
): Promise<HttpOptions['authenticate']> {
  const schemes = await Promise.all(auth.schemes.map((name) => buildScheme(name, auth, store)));
  const plain: HttpOptions['authenticate'] = (credentials, requestId) =>
    authenticate(schemes, credentials, (refusal) => {
      audit?.recordRefusal(requestId, refusal.scheme, refusal.reason);
      onRefusal?.(refusal, requestId);
    });
  if (!auth.userIsolation) return plain;
  return async (credentials, requestId) =>
    isolated(await plain(credentials, requestId), credentials);
}

async function buildScheme(
  name: AuthConfig['schemes'][number],
  { jwt, headers }: AuthConfig,
  store: Store,
): Promise<Scheme> {
  if (name === 'keys') return new ApiKeyScheme(store.keys);
  if (name === 'headers' && headers !== undefined) return new GatewayScheme(headers);
  if (name === 'jwt' && jwt !== undefined) {
    // Loaded only where it is used: start-up is felt.
    const { JwtScheme } = await import('./access/authentication/jwt.ts');
    return new JwtScheme(jwt);
  }
  throw new Error(`the scheme ${name} has no configuration`);
}
