import { expect, inject, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { commitOf, findResponse, newHidden, takeTurn } from '../support/responses.ts';
import {
  append,
  everything,
  key,
  minted,
  newConversation,
  openOn,
  openSession,
  type Session,
} from '../support/store.ts';

/** A database with two stores, and a session that stops their transactions with its locks. */
interface Scene extends AsyncDisposable {
  readonly database: PostgresDatabase;
  readonly store: Store;
  readonly other: Store;
  readonly session: Session;
  /** Resolves when so many transactions wait for a lock. */
  untilBlocked(transactions?: number): Promise<void>;
}

async function openScene(): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createDatabase(inject('postgresUrl')));
  const store = stack.use(await openOn(database.url));
  const other = stack.use(await openOn(database.url));
  const session = stack.use(await openSession(database.url));
  const opened = stack.move();
  return {
    database,
    store,
    other,
    session,
    untilBlocked: async (transactions = 1) => {
      const waiting = async () =>
        (
          await database.run(
            `SELECT pid FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).length;
      await expect.poll(waiting, { timeout: 9_000 }).toBe(transactions);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A scene with a conversation `c` that has item `a`, and whose turn is taken, once the session has run `sql`. */
async function openTurn(sql: string): Promise<Scene & { readonly token: string }> {
  const scene = await openScene();
  await scene.store.conversations.create({ ...newConversation('c'), items: minted('a') });
  const token = await takeTurn(scene.store, 'c');
  await scene.session.run(sql);
  return { ...scene, token };
}

/** Locks the conversation as a transaction does that will change it or its turn. */
const LOCK_CONVERSATION = `BEGIN; SELECT id FROM conversations WHERE id = 'c' FOR UPDATE`;
/** Lets the first statement of a commit through, which reads no item, and stops the second one. */
const LOCK_ITEMS = 'BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE';

/** Ids of items with their positions, and ids of responses. */
async function contentsOf({ database }: Scene): Promise<readonly string[]> {
  const rows = await database.run(
    `SELECT position || ' ' || id AS text, position FROM items UNION ALL
      SELECT id, 1000 FROM responses ORDER BY 2, 1`,
  );
  return rows.map(({ text }) => String(text));
}

test.each([
  ['takes its turn', `UPDATE turns SET token = 'another'`, 'turn_lost'],
  [
    'gives its turn back and takes it again',
    `DELETE FROM turns; INSERT INTO turns VALUES ('t', 'c', 'x', 1)`,
    'turn_lost',
  ],
  ['appends', 'UPDATE conversations SET next_position = next_position + 1', 'moved_on'],
  [
    'gives the conversation away',
    `UPDATE conversations SET owner = 'another'`,
    'conversation_absent',
  ],
  [
    'deletes the conversation',
    'DELETE FROM conversations; DELETE FROM turns; DELETE FROM items',
    'conversation_absent',
  ],
])(
  'a commit that waits for a transaction which %s stores nothing',
  async (_name, change, refused) => {
    await using scene = await openTurn(LOCK_CONVERSATION);
    const { store, session, token } = scene;
    const committing = store.responses.commitTurn({
      ...commitOf('c', token, 'r', 'x', 'y'),
      access: { kind: 'owner', subject: 'o' },
      continuesAt: 1,
    });
    await scene.untilBlocked();
    await session.run(`${change}; COMMIT`);
    expect(await committing).toEqual({ refused });
    expect((await contentsOf(scene)).filter((text) => text !== '0 a')).toEqual([]);
  },
);

test('a commit that waits for an append takes the positions after it', async () => {
  await using scene = await openTurn(LOCK_CONVERSATION);
  const { store, session, token } = scene;
  const committing = store.responses.commitTurn(commitOf('c', token, 'r', 'x', 'y'));
  await scene.untilBlocked();
  await session.run('UPDATE conversations SET next_position = next_position + 5; COMMIT');
  expect(await committing).toMatchObject({ firstOutput: 7, endPosition: 8 });
  expect(await contentsOf(scene)).toEqual(['0 a', '6 x', '7 y', 'r']);
});

test('a commit whose conversation becomes its own between its statements stores nothing', async () => {
  await using scene = await openTurn(LOCK_ITEMS);
  const { store, session, token } = scene;
  const committing = store.responses.commitTurn({
    ...commitOf('c', token, 'r', 'x', 'y'),
    access: { kind: 'owner', subject: 'me' },
  });
  await scene.untilBlocked();
  await session.run(`UPDATE conversations SET owner = 'me'; COMMIT`);
  expect(await committing).toEqual({ refused: 'conversation_absent' });
  expect(await contentsOf(scene)).toEqual(['0 a']);
  // The turn was not given back, and no position was given out.
  expect(await store.responses.commitTurn(commitOf('c', token, 's', 'z'))).toMatchObject({
    firstOutput: 1,
  });
});

test('a commit whose turn becomes its own between its statements stores nothing', async () => {
  await using scene = await openTurn(LOCK_ITEMS);
  const { store, session, token } = scene;
  const committing = store.responses.commitTurn(commitOf('c', 'later', 'r', 'x', 'y'));
  await scene.untilBlocked();
  await session.run(`UPDATE turns SET token = 'later'; COMMIT`);
  await committing;
  expect(await contentsOf(scene)).toEqual(['0 a']);
  expect(await store.turns.renew({ ...key('c'), token, leaseMs: 1 })).toBe(false);
  expect(await store.turns.renew({ ...key('c'), token: 'later', leaseMs: 1 })).toBe(true);
});

const LATER: readonly (readonly [name: string, run: (store: Store) => Promise<unknown>])[] = [
  ['taker', (store) => store.turns.take({ ...key('c'), leaseMs: 60_000 })],
  ['append', (store) => append(store, 'c', minted('z'))],
  ['deletion', (store) => store.conversations.delete(key('c'))],
];

test.each(LATER)('a %s during a commit waits for it', async (name, run) => {
  await using scene = await openTurn(LOCK_ITEMS);
  const { store, other, session, token } = scene;
  const committing = store.responses.commitTurn(commitOf('c', token, 'r', 'x', 'y'));
  await scene.untilBlocked(1);
  const running = run(other);
  await scene.untilBlocked(2);
  await session.run('COMMIT');
  expect(await committing).toMatchObject({ firstOutput: 2, endPosition: 3 });
  if (name === 'deletion') expect(await running).toBe(true);
  else expect(await running).toMatchObject({ refused: undefined });
  const stored = ['0 a', '1 x', '2 y', ...(name === 'append' ? ['3 z'] : []), 'r'];
  expect(await contentsOf(scene)).toEqual(name === 'deletion' ? [] : stored);
  const turns = await scene.database.run('SELECT token FROM turns');
  expect(turns).toHaveLength(name === 'taker' ? 1 : 0);
});

test('a hidden conversation stays when a response is stored while its last one is deleted', async () => {
  await using scene = await openScene();
  const { store, session } = scene;
  await store.responses.create(newHidden('c', 'r', 'a', 'b'));
  await session.run(LOCK_CONVERSATION);
  await session.run(`
    INSERT INTO responses VALUES ('t', 'c', 's', 1, 'completed', 2, 2, '{}');
    UPDATE conversations SET next_position = next_position`);
  const deleting = store.responses.delete({ ...key('c'), responseId: 'r' });
  await scene.untilBlocked();
  await session.run('COMMIT');
  expect(await deleting).toBe(true);
  expect(await findResponse(store, 's')).not.toBeNull();
  expect(await contentsOf(scene)).toEqual(['0 a', '1 b', 's']);
});

test('a deletion of a conversation during its fork waits for it', async () => {
  await using scene = await openScene();
  const { store, other, session } = scene;
  await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b') });
  // Stops the insertion of the response, which precedes the copy.
  await session.run(`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
    CREATE TRIGGER waiting BEFORE INSERT ON responses FOR EACH ROW EXECUTE FUNCTION wait();
    SELECT pg_advisory_lock(1)`);
  const source = { conversationId: 'c', access: everything, until: 2 };
  const forking = store.responses.fork({ ...newHidden('f', 'r', 'x', 'y'), source });
  await scene.untilBlocked(1);
  const deleting = other.conversations.delete(key('c'));
  await scene.untilBlocked(2);
  await session.run('SELECT pg_advisory_unlock(1)');
  expect(await forking).toMatchObject({ refused: undefined });
  expect(await deleting).toBe(true);
  expect(await contentsOf(scene)).toEqual(['0 a', '1 b', '2 x', '3 y', 'r']);
});
