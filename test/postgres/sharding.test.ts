import { expect, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import type { Query } from '../../src/store/engine/query.ts';
import { CITUS } from '../../src/store/engine/syntax.ts';
import { sqlStore } from '../../src/store/sql-store.ts';
import { after, before, branchOperations, forkOf } from '../support/branches.ts';
import { newBackground } from '../support/background.ts';
import { createPartitioned } from '../support/partitioned.ts';
import { openPostgresDriver } from '../support/postgres-driver.ts';
import { RecordingDriver } from '../support/recording-driver.ts';
import { commitOf, findResponse, newHidden, newResponse } from '../support/responses.ts';
import { endingOperations } from '../support/ending-operations.ts';
import { reasonAgainst } from '../support/sharded-forms.ts';
import {
  everything,
  key,
  minted,
  newConversation,
  newKey,
  openOn,
  openSession,
  type Session,
} from '../support/store.ts';

const owner = { kind: 'owner', subject: 'o7' } as const;
const shared = {
  kind: 'or',
  filters: [owner, { kind: 'attribute', attribute: 'teams', values: ['a', 'b'] }],
} as const;

const shares = { access: shared, continuesAt: 2 } as const;

type Operation = () => Promise<unknown>;
/** The operations of the store about one conversation or one key, and so in one partition. */
type OperationName =
  | `branches.${Exclude<keyof Store['branches'], 'readableSources'>}`
  | Exclude<keyof Store['conversations'], 'list' | 'adopt' | 'findItem'>
  | `responses.${Exclude<keyof Store['responses'], 'find'>}`
  | `turns.${Exclude<keyof Store['turns'], 'forgetInterrupted'>}`
  | `idempotency.${Exclude<keyof Store['idempotency'], 'sweep'>}`
  | `approvedCalls.${Exclude<keyof Store['approvedCalls'], 'findRequest'>}`
  | `background.${Exclude<keyof Store['background'], 'find' | 'waiting'>}`
  | `changes.${Exclude<keyof Store['changes'], 'now' | 'changed' | 'deleted' | 'watch' | 'sweep'>}`
  | `responseEvents.${Exclude<keyof Store['responseEvents'], 'sweep'>}`
  | `retention.${Exclude<keyof Store['retention'], OverAllConversations>}`;
/** What a sweep looks for in all conversations, and an erasure in those of a tenant. */
type OverAllConversations =
  | 'limits'
  | 'due'
  | 'purgeable'
  | 'keptDeleted'
  | 'keptItems'
  | 'oldResponses'
  | 'erasable'
  | 'eraseOwners';

/** A new operation of the store must be added here. */
function operations(store: Store): Readonly<Record<OperationName, Operation>> {
  const on = (id: string) => ({ ...key(id), access: shared, readable: owner });
  const { conversations, responses, turns, idempotency, approvedCalls } = store;
  return {
    create: () =>
      conversations.create({ ...newConversation('new'), readable: owner, items: minted('new-i') }),
    get: () => conversations.get(on('conv_7')),
    getResource: () => conversations.getResource(on('conv_7')),
    update: () => conversations.update({ ...on('conv_7'), metadata: '{}' }),
    appendItems: () =>
      conversations.appendItems({ ...on('conv_107'), createdAt: 1, items: minted('x', 'y') }),
    listItems: () => conversations.listItems({ ...on('conv_7'), page: DESCENDING }),
    getItem: () => conversations.getItem({ ...on('conv_7'), itemId: 'msg_15' }),
    getItems: () => conversations.getItems({ ...on('conv_7'), itemIds: ['msg_15'] }),
    deleteItem: () => conversations.deleteItem({ ...on('conv_7'), itemId: 'msg_14' }),
    delete: () => conversations.delete(on('conv_207')),
    ...changeOperations(store),
    'turns.take': () => turns.take({ ...on('conv_407'), leaseMs: 60_000 }),
    'turns.renew': () => turns.renew({ ...on('conv_407'), token: 'x', leaseMs: 60_000 }),
    'turns.release': () => turns.release({ ...on('conv_407'), token: 'x' }),
    'idempotency.hold': () => idempotency.hold({ ...newKey('key_new'), leaseMs: 60_000 }),
    'idempotency.renew': () =>
      idempotency.renew({ ...newKey('key_7'), token: 'x', leaseMs: 1, awaitedWithinMs: 1 }),
    'idempotency.await': () => idempotency.await(newKey('key_7')),
    'idempotency.release': () => idempotency.release({ ...newKey('key_7'), token: 'x' }),
    'idempotency.find': () => idempotency.find(newKey('key_7')),
    ...branchOperations(store, shared),
    'responses.list': () =>
      responses.list({ ...on('conv_7'), order: 'asc', limit: 1, cursor: undefined }),
    'turns.wasInterrupted': () => turns.wasInterrupted({ ...on('conv_407'), token: 'x' }),
    'approvedCalls.begin': () => approvedCalls.begin({ ...on('conv_7'), requestId: 'mcpr_7' }),
    'approvedCalls.undo': () =>
      approvedCalls.undo({ ...on('conv_7'), requestId: 'mcpr_7', token: 'x' }),
    ...backgroundOperations(store),
    ...endingOperations(store, shared),
    'responses.create': () =>
      responses.create(newHidden('new-h', 'resp_new', 'new-input', 'new-output')),
    'responses.commitTurn': () =>
      responses.commitTurn({ ...commitOf('conv_507', 'x', 'resp_x', 'in', 'out'), ...shares }),
    'responses.fork': () => {
      const source = { ...on('conv_607'), until: 1 };
      return responses.fork({ ...newHidden('new-f', 'resp_f', 'f-input', 'f-output'), source });
    },
    'responses.add': () =>
      responses.add({ ...on('conv_407'), response: newResponse('resp_a'), token: 'x' }),
    'responses.delete': () => responses.delete({ ...on('conv_7'), responseId: 'resp_7' }),
  };
}

/** The operations on the changes of one conversation. */
function changeOperations({ changes }: Store) {
  const on = { ...key('conv_7'), access: shared };
  const range = { from: { position: 0, revision: 0 }, until: { position: 2, revision: 2 } };
  const moment = { at: 0, transaction: null, database: 0 };
  return {
    'changes.head': () => changes.head(on),
    'changes.read': () => changes.read({ ...on, ...range, limit: 9 }),
    'changes.placeAt': () => changes.placeAt({ ...on, createdAt: -1_000_000_000, moment }),
    'changes.deletion': () => changes.deletion(on),
  };
}

/** The operations on responses in the background about one conversation. */
function backgroundOperations({ background, responseEvents }: Store) {
  const on = { ...key('conv_707'), access: shared };
  const asked = { ...on, token: 'turn_707', responseId: 'resp_b' };
  const leaseMs = 60_000;
  const queued = { response: newBackground('resp_b'), leaseMs };
  const queue = { ...on, ...queued, continuesAt: 2, mustBeFree: false };
  const alone = { owner: 'o', attributes: {}, response: newBackground('resp_c'), leaseMs };
  const last = { terminal: '{}', before: ['{}'] };
  return {
    'background.queue': () => background.queue(queue),
    'background.queueAlone': () =>
      background.queueAlone({ ...alone, tenant: 't', conversationId: 'new-b' }),
    'background.queueFork': () =>
      background.queueFork({
        ...alone,
        tenant: 't',
        conversationId: 'new-c',
        source: { ...on, until: 1 },
        isMoved: true,
      }),
    'background.first': () => background.first(on),
    'background.ask': () => background.ask(asked),
    'responseEvents.append': () => responseEvents.append({ ...asked, sequence: 0, events: ['{}'] }),
    'responseEvents.read': () => responseEvents.read({ ...asked, from: 0, limit: 9 }),
    'background.end': () =>
      background.end({ ...on, response: newResponse('resp_b'), last, token: undefined }),
  };
}

const FIRST = { from: 0, until: 1 } as const;
const DESCENDING = { limit: 20, order: 'desc', after: undefined } as const;

/** Other forms of the same operations, with statements of their own. */
function variants({
  conversations,
  counts,
  branches,
  responses,
  turns,
}: Store): Readonly<Record<string, Operation>> {
  const on = { ...key('conv_7'), access: shared };
  const ofOwner = { ...key('conv_307'), access: owner };
  return {
    getOfOwner: () => conversations.get(ofOwner),
    updateOfOwner: () => conversations.update({ ...ofOwner, metadata: '{}' }),
    appendOfOwner: () =>
      conversations.appendItems({
        ...ofOwner,
        readable: owner,
        createdAt: 1,
        items: minted('z'),
      }),
    listOfOwner: () => conversations.listItems({ ...ofOwner, page: DESCENDING }),
    getItemOfOwner: () => conversations.getItem({ ...ofOwner, itemId: 'msg_614' }),
    deleteItemOfOwner: () => conversations.deleteItem({ ...ofOwner, itemId: 'msg_615' }),
    deleteOfOwner: () => conversations.delete(ofOwner),
    deleteIntoTrash: () => conversations.delete({ ...on, trashMs: 1 }),
    deletePermanently: () => conversations.delete({ ...ofOwner, mayBeTrashed: true }),
    updateExpiry: () =>
      conversations.update({
        ...on,
        metadata: undefined,
        expiry: { anchor: 'last_active_at', afterMs: 86_400_000 },
      }),
    getWithoutFilter: () => conversations.get(key('conv_7')),
    listAscending: () => conversations.listItems({ ...on, page: { ...DESCENDING, order: 'asc' } }),
    listWithin: () => conversations.listItems({ ...on, within: FIRST, page: DESCENDING }),
    listWithinAfter: () =>
      conversations.listItems({
        ...on,
        within: FIRST,
        page: { ...DESCENDING, after: 'msg_14' },
      }),
    interrupt: () => turns.take({ ...ofOwner, leaseMs: 1, interrupts: true }),
    commitInBackground: () =>
      responses.commitTurn({
        ...commitOf('conv_507', 'turn_507', 'resp_z', 'z-in', 'z-out'),
        background: { last: { terminal: '{}', before: [] } },
      }),
    takeOfOwner: () => turns.take({ ...ofOwner, leaseMs: 1 }),
    commitOfOwner: () =>
      responses.commitTurn({
        ...commitOf('conv_307', 'x', 'resp_y', 'y-in', 'y-out'),
        access: owner,
      }),
    appendUnderKey: () =>
      conversations.appendItems({
        ...ofOwner,
        readable: owner,
        createdAt: 1,
        items: minted('k'),
        key: newKey('key_append'),
      }),
    forkOfOwner: () => branches.fork({ ...forkOf('conv_307', 'new-e'), items: minted('e2') }),
    forkAfter: () => branches.fork(forkOf('conv_7', 'new-g', after('msg_14'))),
    updateOfRevision: () =>
      conversations.update({
        ...key('conv_7'),
        access: { kind: 'and', filters: [owner, { kind: 'revision', revisions: [1, 2] }] },
        metadata: '{}',
      }),
    listResponsesBefore: () =>
      responses.list({
        ...on,
        order: 'asc',
        limit: 1,
        cursor: { id: 'resp_7', side: 'before' },
      }),
    getDetailed: () => conversations.get({ ...on, hasDetails: true }),
    findUncounted: () => counts.find({ tenant: 't', id: 'conv_7' }),
    count: () => counts.count({ tenant: 't', id: 'conv_7', revision: 0, createdAt: 1 }),
    listFromPosition: () =>
      conversations.listItems({ ...on, page: DESCENDING, position: 1, hasPlacements: true }),
    listFromTime: () =>
      conversations.listItems({ ...on, page: DESCENDING, createdFrom: 1, mostBytes: 5 }),
    listBefore: () => conversations.listItems({ ...on, page: DESCENDING, before: 'msg_15' }),
    listAfter: () => conversations.listItems({ ...on, page: { ...DESCENDING, after: 'msg_15' } }),
  };
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Operation?: string;
  readonly Plans?: readonly Plan[];
}

/** Returns the nodes of a statement's plan. */
async function explain(session: Session, { sql, parameters }: Query): Promise<readonly Plan[]> {
  const [{ 'QUERY PLAN': plans } = {}] = await session.run(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    parameters,
  );
  // Sound: this is the form of EXPLAIN (FORMAT JSON).
  return (plans as { Plan: Plan }[]).flatMap(({ Plan: plan }) => nodesOf(plan));
}

function nodesOf(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

test('a statement about one conversation or key uses one partition, by the index of its ids', async () => {
  await using database = await createPartitioned();
  const driver = new RecordingDriver(await openPostgresDriver(database.url), CITUS);
  const store = sqlStore(driver);
  await using session = await openSession(database.url);
  const all = { ...operations(store), ...variants(store) };
  for (const [name, operation] of Object.entries(all)) {
    await operation();
    const queries = driver.queries.splice(0);
    expect(queries.length, `statements of ${name}`).toBeGreaterThan(0);
    for (const query of queries) {
      expect(reasonAgainst(query.sql), `${name}: ${query.sql}`).toBeUndefined();
      const nodes = await explain(session, query);
      const shards = new Set(
        nodes.flatMap((node) => /_(\d)$/.exec(node['Relation Name'] ?? '')?.[1] ?? []),
      );
      // PostgreSQL routes an insertion row by row, and the plan names no partition.
      const isInsertion = nodes.some(({ Operation }) => Operation === 'Insert');
      const subject = `${name}: ${query.sql}`;
      if (!isInsertion || shards.size > 0) expect(shards.size, subject).toBe(1);
      for (const node of nodes) {
        // Each node has the few holds whole.
        if (node['Relation Name'] === 'holds') continue;
        expect(node['Node Type'], subject).not.toBe('Seq Scan');
        // An index by owner has an entry for each conversation of the owner.
        expect(node['Index Name'] ?? '', subject).not.toContain('owner');
      }
    }
  }
  await store.close();
});

test('a fork copies any number of items to another shard in their order', async () => {
  await using database = await createPartitioned();
  const driver = new RecordingDriver(await openPostgresDriver(database.url), CITUS);
  const store = sqlStore(driver);
  for (const count of [0, 1, 200, 401]) {
    // A fork before the last item.
    const until = Math.max(0, count - 1);
    const from = `from-${count}`;
    const ids = Array.from({ length: count }, (_, n) => `${from}-${n}`);
    await store.conversations.create({ ...newConversation(from), items: minted(...ids) });
    const source = { conversationId: from, access: everything, until };
    const fork = { ...newHidden(`to-${count}`, `resp-${count}`, 'input', 'output'), source };
    expect(await store.responses.fork(fork)).toMatchObject({ refused: undefined });
    const named = ids[until] === undefined ? undefined : before(ids[until]);
    const whole = forkOf(from, `whole-${count}`, named, minted('input', 'output'));
    expect(await store.branches.fork(whole)).toMatchObject({ refused: undefined });
    const rows = await database.run(
      `SELECT position::int, id, type, data, created_at::int FROM items
        WHERE conversation_id = '${from}' AND position < ${until} ORDER BY position`,
    );
    for (const to of ['to', 'whole']) {
      const copied = await database.run(
        `SELECT position::int, id, type, data, created_at::int FROM items
          WHERE conversation_id = '${to}-${count}' ORDER BY position`,
      );
      expect(copied.slice(0, -2)).toEqual(rows);
      expect(copied.slice(-2).map(({ id }) => id)).toEqual(['input', 'output']);
    }
  }
  await store.close();
});

test('a list of conversations and the look-ups by id alone find rows of all partitions', async () => {
  await using database = await createPartitioned();
  await using store = await openOn(database.url);
  const listed = await store.conversations.list({
    tenant: 't',
    access: owner,
    order: 'asc',
    limit: 3,
    cursor: undefined,
    metadata: [],
    createdFrom: undefined,
    createdUntil: undefined,
  });
  expect(listed?.entries.map(({ id }) => id)).toEqual(['conv_7', 'conv_107', 'conv_207']);
  const linked = await store.conversations.appendItems({
    ...key('conv_7'),
    readable: everything,
    createdAt: 1,
    items: [{ kind: 'reference', id: 'msg_77' }],
  });
  expect(linked).toMatchObject({ refused: undefined, items: [{ id: 'msg_77' }] });
  expect(await findResponse(store, 'resp_77')).toMatchObject({ conversationId: 'conv_77' });
});

test.each([
  ['a modifying WITH', 'WITH moved AS (UPDATE conversations SET x = 1 WHERE id = $2) SELECT 1'],
  ['recursion', 'WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t WHERE id = $2'],
  ['a lock without the conversation', 'SELECT id FROM conversations WHERE owner = $2 FOR UPDATE'],
  [
    'a subquery over a function',
    'SELECT id FROM unnest($1) AS a WHERE NOT EXISTS (SELECT 1 FROM items WHERE conversation_id = $2)',
  ],
  [
    'rows of a function alone',
    'INSERT INTO items SELECT id FROM unnest($1) WHERE conversation_id = $2',
  ],
  [
    'a clock that goes on during a change',
    'UPDATE turns SET expires_at = clock_timestamp() WHERE conversation_id = $2',
  ],
  [
    'a clock in an update of a row that is there',
    'INSERT INTO turns SELECT id FROM conversations WHERE id = $2 ON CONFLICT (id) DO UPDATE SET expires_at = statement_timestamp()',
  ],
  [
    'a table without a name of its own',
    'INSERT INTO responses (tenant, id) SELECT tenant, id FROM conversations WHERE id = $2 RETURNING id',
  ],
  [
    'a copy into another conversation',
    'INSERT INTO items (tenant, conversation_id) SELECT tenant, $3 FROM items WHERE conversation_id = $2',
  ],
  ['rows of another table', 'INSERT INTO turns (tenant, token) VALUES ($1, $2)'],
  ['two statements', 'DELETE FROM items WHERE conversation_id = $2; SELECT 1'],
  ['no conversation', 'SELECT data FROM items WHERE tenant = $1 AND id = $3'],
])('The list of forms has %s', (_form, sql) => {
  expect(reasonAgainst(sql)).toBeDefined();
});
