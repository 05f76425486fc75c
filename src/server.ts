import { isLoopback, type Config } from './config/settings.ts';
import { packageVersion } from './config/version.ts';
import { Conversations } from './service/conversations/conversations.ts';
import { openStore } from './store/open-store.ts';
import { conversationRoutes } from './wire/conversation-routes.ts';
import { createHttp } from './wire/http.ts';
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
}

/** Builds a server on its database. The one place where the parts meet. */
export async function createServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  await using stack = new AsyncDisposableStack();
  const version = packageVersion();
  const store = stack.adopt(await openStore(config.database), (opened) => opened.close());
  const conversations = new Conversations(store);
  const routes = withSystemRoutes(
    conversationRoutes(conversations, { ...config.limits, dialect: config.dialect }),
    { version, ping: () => store.ping() },
  );
  const http = stack.adopt(
    createHttp({
      routes,
      bodyLimit: config.limits.bodyBytes,
      deepestNesting: config.limits.nesting,
      localHostsOnly: isLoopback(config.host) && !config.allowAnonymous,
      onServerError: options.onServerError ?? (() => undefined),
    }),
    (built) => built.close(),
  );
  const owned = stack.move();
  return {
    listen: async () => `${await http.listen({ host: config.host, port: config.port })}/v1`,
    close: () => owned.disposeAsync(),
  };
}
