import type { Store } from '../../src/index.ts';
import { startProxy, type Proxy } from './proxy.ts';
import type { Relay } from './relay.ts';
import { openOn } from './store.ts';
import { startWireProxy, type WireProxy, type WireProxyOptions } from './wire-proxy.ts';

export interface ProxiedStore<Through extends Relay = Proxy> extends AsyncDisposable {
  readonly store: Store;
  readonly proxy: Through;
}

/** Opens a store that reaches its PostgreSQL through a proxy. Disposing closes the store, then the proxy. */
export function openThroughProxy(
  databaseUrl: string,
  ...settings: readonly string[]
): Promise<ProxiedStore> {
  return openThrough(startProxy, databaseUrl, settings);
}

/** Opens a store through a proxy that reads the protocol. */
export function openThroughWireProxy(
  databaseUrl: string,
  options: WireProxyOptions = {},
  ...settings: readonly string[]
): Promise<ProxiedStore<WireProxy>> {
  return openThrough((port) => startWireProxy(port, options), databaseUrl, settings);
}

async function openThrough<Through extends Relay>(
  start: (port: number) => Promise<Through>,
  databaseUrl: string,
  settings: readonly string[],
): Promise<ProxiedStore<Through>> {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await start(Number(new URL(databaseUrl).port)));
  const store = stack.use(await openOn(urlThrough(proxy, databaseUrl), ...settings));
  const opened = stack.move();
  return { store, proxy, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Returns the URL of a database that leads through a proxy. */
export function urlThrough({ port }: Relay, databaseUrl: string): string {
  return Object.assign(new URL(databaseUrl), { port: String(port) }).href;
}
