import { unixSocketPath } from '../base/unix-socket.ts';
import { isOpenToNetwork, type Config } from '../config/config.ts';
import type { Http } from '../wire/http/server.ts';
import type { Components } from './components.ts';

const MS_PER_SECOND = 1000;

export interface Server {
  /** Starts to listen and returns the base URL for clients, such as `http://127.0.0.1:4141/v1`, or `unix:PATH`. */
  listen(): Promise<string>;
  /** Stops accepting, finishes the requests under way, and closes the database. */
  close(): Promise<void>;
}

/** Failure to listen on an address. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** Setting that chose the address. */
  readonly setting: 'port' | 'metrics';
  readonly host: string;
  readonly port: number;

  constructor(setting: ListenError['setting'], at: Address, cause: unknown) {
    super(`Cannot listen on ${addressName(at)}`, { cause });
    this.setting = setting;
    this.host = at.host;
    this.port = at.port;
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Returns an address as messages name it. */
export function addressName({ host, port }: Address): string {
  return unixSocketPath(host) === undefined ? `${host}, port ${port}` : host;
}

/** A server with all its components built. */
export class RunningServer implements Server {
  readonly #config: Config;
  readonly #components: Components;
  readonly #api: Http;
  /** Listener for metrics, if these have a separate address. */
  readonly #counters: Http | undefined;
  readonly #owned: AsyncDisposableStack;
  #isListening = false;
  #closed: Promise<void> | undefined;

  constructor(
    config: Config,
    components: Components,
    { api, counters }: { readonly api: Http; readonly counters: Http | undefined },
    owned: AsyncDisposableStack,
  ) {
    this.#config = config;
    this.#components = components;
    this.#api = api;
    this.#counters = counters;
    this.#owned = owned;
  }

  async listen(): Promise<string> {
    const { log } = this.#components.telemetry;
    const { metrics } = this.#config;
    if (this.#counters !== undefined && typeof metrics !== 'string') {
      log?.info(`metrics on ${await listenOn(this.#counters, 'metrics', metrics)}/metrics`);
    }
    const origin = await listenOn(this.#api, 'port', this.#config);
    const url = unixSocketPath(origin) === undefined ? `${origin}/v1` : origin;
    log?.info(`listening on ${url}`);
    this.#isListening = true;
    this.#components.jobs.start();
    if (isOpenToNetwork(this.#config)) {
      log?.warn(`everyone who can reach ${url} may read and change everything`);
    }
    return url;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const { telemetry, state, jobs, responses, indexer, feeds } = this.#components;
    state.isClosing = true;
    responses.stopTaking();
    feeds?.stop();
    if (this.#isListening) telemetry.log?.info('stopping: finishing what is under way');
    const drainMs = this.#config.drainTimeoutSeconds * MS_PER_SECOND;
    const stopsAt = performance.now() + drainMs;
    // A request that has not arrived by then will not arrive.
    const deadline = setTimeout(() => {
      void this.#api.hangUp();
      void this.#counters?.hangUp();
    }, drainMs);
    try {
      await Promise.all([this.#api.close(), this.#counters?.close()]);
      indexer.stop();
      await jobs.close();
      await this.#components.keyedResponses.close(Math.max(0, stopsAt - performance.now()));
      await this.#owned.disposeAsync();
    } finally {
      clearTimeout(deadline);
    }
    if (this.#isListening) telemetry.log?.info('stopped');
    await telemetry.log?.flush();
  }
}

/** Starts to listen, and resolves with the origin. Rejects with a `ListenError`. */
async function listenOn(
  http: Http,
  setting: ListenError['setting'],
  { host, port }: Address,
): Promise<string> {
  try {
    return await http.listen({ host, port });
  } catch (error) {
    throw new ListenError(setting, { host, port }, error);
  }
}
