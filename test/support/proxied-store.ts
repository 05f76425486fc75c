import type { Store } from '../../src/index.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { openOn } from './store.ts';

export interface ProxiedStore extends AsyncDisposable {
  readonly store: Store;
  readonly proxy: Proxy;
}

/** Opens a store that reaches its PostgreSQL through a proxy. Disposing closes the store, then the proxy. */
export async function openThroughProxy(
  databaseUrl: string,
  ...settings: readonly string[]
): Promise<ProxiedStore> {
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startProxy(Number(new URL(databaseUrl).port)));
  const url = Object.assign(new URL(databaseUrl), { port: String(proxy.port) }).href;
  const store = stack.use(await openOn(url, ...settings));
  const opened = stack.move();
  return { store, proxy, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
