import { inject } from 'vitest';
import type { RowFilter, Store } from '../../src/index.ts';
import { archivedConversation } from './archived.ts';
import { createDatabase, type PostgresDatabase } from './postgres.ts';
import { openThroughWireProxy } from './proxied-store.ts';
import { key, minted, newConversation, openOn } from './store.ts';

/** The caller's conversations: those of owner `me` and of team `mine`. */
const mine: RowFilter = {
  kind: 'or',
  filters: [
    { kind: 'owner', subject: 'me' },
    { kind: 'attribute', attribute: 'teams', values: ['mine'] },
  ],
};

/** Conversation `c` of tenant `t`, for the caller. */
export const MY_CONVERSATION = { ...key('c'), access: mine };

/** A database with a store whose trips can be stopped, and a store without a proxy. */
export interface Interleaving extends AsyncDisposable {
  readonly database: PostgresDatabase;
  readonly store: Store;
  readonly other: Store;
  /**
   * Runs `write` on the first store, and `work` between its statements, before the one that begins with these words.
   */
  between<Result>(
    beginning: string,
    write: () => Promise<Result>,
    work: () => Promise<unknown>,
  ): Promise<Result>;
  /** Resolves when another transaction waits for a lock; rejects when it is over before. */
  untilBlocked(transaction: Promise<unknown>): Promise<void>;
  /** Returns the conversations and items in a short form. Rejects when they have other items than they count. */
  contents(): Promise<Contents>;
}

interface Contents {
  /** Tenant, owner and next position. */
  readonly conversations: readonly string[];
  /** Tenant, position and id. */
  readonly items: readonly string[];
}

export async function openInterleaving(): Promise<Interleaving> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase(inject('postgresUrl')));
  const { store, proxy } = stack.use(await openThroughWireProxy(database.url));
  const other = stack.use(await openOn(database.url));
  const opened = stack.move();
  return {
    database,
    store,
    other,
    between: async (beginning, write, work) => {
      let isInterrupted = false;
      const interruption = proxy.interrupt(beginning, () => {
        isInterrupted = true;
        return work();
      });
      const writing = write().finally(() => {
        if (!isInterrupted) throw new Error(`the write has sent no ${beginning} after another`);
      });
      const [result] = await Promise.all([writing, interruption]);
      return result;
    },
    untilBlocked: (transaction) => untilBlocked(database, transaction),
    contents: () => contentsOf(database),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function untilBlocked(
  database: PostgresDatabase,
  transaction: Promise<unknown>,
): Promise<void> {
  const state = { isOver: false };
  const end = (): void => {
    state.isOver = true;
  };
  transaction.then(end, end);
  for (;;) {
    const waiting = await database.run(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
    if (state.isOver) throw new Error('the other transaction must wait for this one');
  }
}

async function contentsOf(database: PostgresDatabase): Promise<Contents> {
  const conversations = await database.run(
    `SELECT concat_ws(' ', tenant, owner, next_position) AS text FROM conversations ORDER BY 1`,
  );
  const miscounted = await database.run(
    `SELECT id FROM conversations WHERE (item_count, item_bytes) <> (
       SELECT count(*), coalesce(sum(octet_length(data)), 0) FROM items
       WHERE items.tenant = conversations.tenant AND conversation_id = conversations.id)`,
  );
  if (miscounted.length > 0) throw new Error('a conversation has other items than it counts');
  const items = await database.run(
    `SELECT concat_ws(' ', tenant, position, id) AS text FROM items ORDER BY tenant, position`,
  );
  const texts = (rows: readonly Record<string, unknown>[]) => rows.map(({ text }) => String(text));
  return { conversations: texts(conversations), items: texts(items) };
}

/** A transaction that makes conversation `c`, with the items `a` and `b`, one of the caller's. */
export interface Gift {
  readonly prepare: (interleaving: Interleaving) => Promise<unknown>;
  readonly give: (interleaving: Interleaving) => Promise<unknown>;
}

const items = minted('a', 'b');
const createFor = (owner: string, tenant: string) => (interleaving: Interleaving) =>
  interleaving.other.conversations.create({ ...newConversation('c', tenant), owner, items });
const change = (assignment: string) => (interleaving: Interleaving) =>
  interleaving.database.run(`UPDATE conversations SET ${assignment}`);
const adopt =
  (from: { tenant: string; owner: string }, tenant: string, owner: string) =>
  ({ other }: Interleaving) =>
    other.conversations.adopt({
      from,
      to: { tenant, owner, attributes: {} },
      conversationId: undefined,
    });

export const ARCHIVED = archivedConversation('c', 'me', 'a', 'b');

export const GIFTS: Readonly<Record<string, Gift>> = {
  'a change of owner': { prepare: createFor('o', 't'), give: change(`owner = 'me'`) },
  'a change of attributes': {
    prepare: createFor('o', 't'),
    give: change(`attributes = '{"teams":["mine"]}'`),
  },
  'an adoption': {
    prepare: createFor('o', 't'),
    give: adopt({ tenant: 't', owner: 'o' }, 't', 'me'),
  },
  'an adoption from another tenant': {
    prepare: createFor('o', 'u'),
    give: adopt({ tenant: 'u', owner: 'o' }, 't', 'me'),
  },
  'a creation': { prepare: async () => undefined, give: createFor('me', 't') },
  'an import': {
    prepare: async () => undefined,
    give: ({ other }) => other.archive.write(ARCHIVED),
  },
};

/** A transaction that takes conversation `c` from the caller, and what it leaves of `c` when it is whole. */
export interface Loss {
  readonly take: (interleaving: Interleaving) => Promise<unknown>;
  readonly tenant: string;
}

export const prepareMine = createFor('me', 't');

export const LOSSES: Readonly<Record<string, Loss>> = {
  'a change of owner': { take: change(`owner = 'new'`), tenant: 't' },
  'an adoption': { take: adopt({ tenant: 't', owner: 'me' }, 't', 'new'), tenant: 't' },
  'an adoption by another tenant': {
    take: adopt({ tenant: 't', owner: 'me' }, 'u', 'new'),
    tenant: 'u',
  },
};
