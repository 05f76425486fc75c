import pg from 'pg';
import {
  loadConfig,
  openStore,
  type AppendResult,
  type NewItem,
  type NewKey,
  type CreateConversationParams,
  type Store,
} from '../../src/index.ts';

export const everything = { kind: 'all' } as const;

/** A filter that no conversation of the tests of stores matches. */
export const unmatched = { kind: 'owner', subject: 'another owner' } as const;

export const key = (conversationId: string, tenant = 't') => ({
  tenant,
  conversationId,
  access: everything,
  readable: everything,
});

export const newConversation = (id: string, tenant = 't'): CreateConversationParams => ({
  ...key(id, tenant),
  owner: 'o',
  attributes: {},
  metadata: '{}',
  createdAt: 1,
  items: [],
});

export const minted = (...ids: readonly string[]): NewItem[] =>
  ids.map((id) => ({ kind: 'minted', id, type: 'message', data: `{"id":"${id}"}` }));

/** An item with an id of the caller's. */
export const given = (id: string, data: string): NewItem => ({
  kind: 'given',
  id,
  type: 'message',
  data,
});

/** An idempotency key of a request. */
export const newKey = (id: string, tenant = 't', request = 'r'): NewKey => ({
  tenant,
  id,
  request,
});

export function append(
  store: Store,
  conversationId: string,
  items: readonly NewItem[],
  tenant = 't',
): Promise<AppendResult> {
  return store.conversations.appendItems({ ...key(conversationId, tenant), items, createdAt: 1 });
}

/** Opens a store on a database, with settings as on the command line. */
export async function openOn(
  url: string,
  ...settings: readonly string[]
): Promise<Store & AsyncDisposable> {
  const { database } = await loadConfig({ arguments: ['--database-url', url, ...settings] });
  const store = await openStore(database);
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

export interface Session extends AsyncDisposable {
  run(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Opens a connection for transactions of the test. */
export async function openSession(url: string): Promise<Session> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    run: async (sql, values) => {
      const parameters = values === undefined ? undefined : [...values];
      return (await client.query<Record<string, unknown>>(sql, parameters)).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
