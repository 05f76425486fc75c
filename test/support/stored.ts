import { DatabaseSync } from 'node:sqlite';
import { inject } from 'vitest';
import { temporaryFolder } from './folder.ts';
import { createDatabase } from './postgres.ts';
import { newHidden } from './responses.ts';
import { key, minted, newConversation, openOn, openSession } from './store.ts';

export const KINDS = ['SQLite', 'PostgreSQL'] as const;

/** A database that a test can change without the program. */
export interface StoredDatabase extends AsyncDisposable {
  readonly url: string;
  /** Path of the SQLite file; empty for PostgreSQL. */
  readonly path: string;
  run(sql: string): Promise<void>;
}

export async function storedDatabase(kind: (typeof KINDS)[number]): Promise<StoredDatabase> {
  if (kind === 'PostgreSQL') {
    const database = await createDatabase(inject('postgresUrl'));
    return {
      ...database,
      path: '',
      run: async (sql) => {
        await database.run(sql);
      },
    };
  }
  const folder = await temporaryFolder();
  const path = folder.path('stored.db');
  return {
    url: `sqlite:${path}`,
    path,
    run: async (sql) => {
      using raw = new DatabaseSync(path);
      raw.exec(sql);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Runs a query past the program. */
export async function queryStored(
  { url, path }: StoredDatabase,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (path === '') {
    await using session = await openSession(url);
    return await session.run(sql);
  }
  using raw = new DatabaseSync(path);
  return raw.prepare(sql).all();
}

/** Stores two tenants, three conversations, items of which one was deleted, a response, and a key in each state. */
export async function fillStore(url: string): Promise<void> {
  await using store = await openOn(url);
  await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b', 'c') });
  await store.conversations.deleteItem({ ...key('c'), itemId: 'b' });
  await store.conversations.create({ ...newConversation('d'), createdAt: 5, items: minted('d') });
  await store.conversations.create({ ...newConversation('c', 'u'), createdAt: 3 });
  // In a conversation without items that no list shows.
  await store.responses.create(newHidden('h', 'resp_h'));
  const states = { active: {}, expired: { expiresAt: 2 }, revoked: { expiresAt: 2, revokedAt: 2 } };
  for (const [id, state] of Object.entries(states)) {
    await store.keys.create({
      id,
      tenant: 't',
      subject: 's',
      attributes: {},
      hash: id,
      createdAt: 1,
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      ...state,
    });
  }
}
