import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import { TABLES } from '../../src/store/tables.ts';
import { commitOf, newHidden, newResponse, takeTurn } from '../support/responses.ts';
import { everything, key, minted, newConversation, openOn } from '../support/store.ts';
import { KINDS, queryStored, storedDatabase, type StoredDatabase } from '../support/stored.ts';

/** Returns all rows of all tables. */
async function contentsOf(database: StoredDatabase): Promise<unknown> {
  const contents = TABLES.map(async ({ name, primaryKey }) => [
    name,
    await queryStored(database, `SELECT * FROM ${name} ORDER BY ${primaryKey.join(', ')}`),
  ]);
  return await Promise.all(contents);
}

/** Statements that make every change of a kind fail, as in `INSERT ON items`, and that undo this. */
const REFUSALS: Readonly<
  Record<
    (typeof KINDS)[number],
    { refuse: (event: string) => string; allow: (event: string) => string }
  >
> = {
  SQLite: {
    refuse: (event) =>
      `CREATE TRIGGER refusal BEFORE ${event} BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`,
    allow: () => 'DROP TRIGGER refusal',
  },
  PostgreSQL: {
    refuse: (event) => `
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'refused by a trigger'; END $$;
      CREATE TRIGGER refusal BEFORE ${event} FOR EACH ROW EXECUTE FUNCTION refuse()`,
    allow: (event) => `DROP TRIGGER refusal ON ${event.split(' ').at(-1)}`,
  },
};

interface FailingWrite {
  /** The changes of the write, of which each fails in a run of its own. */
  readonly changes: readonly string[];
  readonly run: (store: Store, token: string) => Promise<unknown>;
}

const source = { conversationId: 'c', access: everything, until: 2 };

/** The database has a conversation `c` with the items `a` and `b`, and a hidden one `h` with a response. */
const WRITES: Readonly<Record<string, FailingWrite>> = {
  'commit of a turn': {
    changes: [
      'INSERT ON responses',
      'INSERT ON items',
      'UPDATE ON conversations',
      'DELETE ON turns',
    ],
    run: (store, token) => store.responses.commitTurn(commitOf('c', token, 'r', 'x', 'y')),
  },
  'creation of a response': {
    changes: ['INSERT ON conversations', 'INSERT ON responses', 'INSERT ON items'],
    run: (store) => store.responses.create(newHidden('new', 'r', 'x', 'y')),
  },
  fork: {
    changes: ['INSERT ON conversations', 'INSERT ON responses', 'INSERT ON items'],
    run: (store) => store.responses.fork({ ...newHidden('new', 'r', 'x', 'y'), source }),
  },
  'addition of a response without items': {
    changes: ['INSERT ON responses', 'DELETE ON turns'],
    run: (store, token) => store.responses.add({ ...key('c'), response: newResponse('r'), token }),
  },
  'deletion of the last response of a hidden conversation': {
    changes: [
      'DELETE ON responses',
      'DELETE ON conversations',
      'DELETE ON items',
      'DELETE ON turns',
    ],
    run: (store) => store.responses.delete({ ...key('h'), responseId: 'last' }),
  },
};

describe.each(KINDS)('writes of turns to %s', (kind) => {
  test.each(Object.entries(WRITES))(
    'the %s changes nothing when any of its statements fails',
    async (_name, { changes, run }) => {
      const { refuse, allow } = REFUSALS[kind];
      for (const change of changes) {
        await using database = await storedDatabase(kind);
        await using store = await openOn(database.url);
        await store.conversations.create({ ...newConversation('c'), items: minted('a', 'b') });
        const token = await takeTurn(store, 'c');
        await store.responses.create(newHidden('h', 'last', 'd', 'e'));
        await takeTurn(store, 'h');
        const before = await contentsOf(database);
        await database.run(refuse(change));
        await expect(run(store, token), change).rejects.toThrow('refused by a trigger');
        expect(await contentsOf(database), change).toEqual(before);
        await database.run(allow(change));
        await run(store, token);
        expect(await contentsOf(database)).not.toEqual(before);
      }
    },
  );
});
