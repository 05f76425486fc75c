import { expect, inject, test } from 'vitest';
import type { NewItem, Store, TurnRef } from '../../src/index.ts';
import { createDatabase, ordinaryRole } from '../support/postgres.ts';
import { openThroughProxy } from '../support/proxied-store.ts';
import { commitOf, findResponse, newHidden, newResponse, takeTurn } from '../support/responses.ts';
import {
  append,
  given,
  everything,
  key,
  minted,
  newConversation,
  newKey,
} from '../support/store.ts';

type Operation = () => Promise<unknown>;
/** Operations on conversations, responses and turns, by facet and name. */
type OperationName =
  | keyof Store['conversations']
  | `responses.${keyof Store['responses']}`
  | `turns.${keyof Store['turns']}`
  | `approvedCalls.${keyof Store['approvedCalls']}`
  | `idempotency.${keyof Store['idempotency']}`;
/** Every operation except `adopt` and `sweep`, which take more trips, since no request waits for them, and `fork`, which takes two. */
type SingleTripName = Exclude<
  OperationName,
  'adopt' | 'deleteItem' | 'responses.fork' | 'idempotency.sweep'
>;

const ITEM_PAGE = { limit: 20, order: 'asc', after: undefined } as const;
const CONVERSATION_PAGE = {
  tenant: 't',
  access: everything,
  order: 'desc',
  limit: 20,
  cursor: undefined,
  metadata: [],
  createdFrom: undefined,
  createdUntil: undefined,
} as const;

/** Conversation `c` has these items, and `d1` and `d2` are empty conversations. */
const ITEMS = ['read', 'delete1', 'delete2'];
/** Conversations of which the turn is taken. */
const TAKEN = ['t1', 't2', 't3', 't4'];

/** Counts up, so that no two runs of an operation use the same id. */
let number = 0;
const nextId = (): string => `i${(number += 1)}`;
const twenty = (): NewItem[] => minted(...Array.from({ length: 20 }, nextId));
const twentyWithIds = (): NewItem[] => Array.from({ length: 20 }, () => given(nextId(), '1'));

/** Returns each operation so that it can run twice. A new operation of the store must be added here. */
function singleTripOperations(
  store: Store,
  turns: TurnRef[],
): Readonly<Record<SingleTripName, Operation>> {
  const conversations = ['d1', 'd2'];
  const free = ['d3', 'd4'];
  const responses = ['r1', 'r2'];
  const turn = (): TurnRef => turns.pop() ?? { ...key('none'), token: '' };
  return {
    create: () =>
      store.conversations.create({
        ...newConversation(nextId()),
        items: [...twenty(), ...twentyWithIds()],
      }),
    appendItems: () => append(store, 'c', [...twenty(), ...twentyWithIds()]),
    get: () => store.conversations.get(key('c')),
    getResource: () => store.conversations.getResource(key('c')),
    listItems: () => store.conversations.listItems({ ...key('c'), page: ITEM_PAGE }),
    list: () => store.conversations.list(CONVERSATION_PAGE),
    getItem: () => store.conversations.getItem({ ...key('c'), itemId: 'read' }),
    getItems: () => store.conversations.getItems({ ...key('c'), itemIds: ['read'] }),
    update: () => store.conversations.update({ ...key('c'), metadata: '{}' }),
    delete: () => store.conversations.delete(key(conversations.pop() ?? '')),
    findItem: () =>
      store.conversations.findItem({ tenant: 't', itemId: 'read', readable: everything }),
    'responses.find': () => findResponse(store, 'r'),
    'responses.list': () =>
      store.responses.list({ ...key('h'), order: 'asc', limit: 1, cursor: undefined }),
    'responses.create': () => store.responses.create(newHidden(nextId(), nextId(), nextId())),
    'responses.commitTurn': async () => {
      const { conversationId, token } = turn();
      const params = commitOf(conversationId, token, nextId(), nextId(), nextId());
      expect(await store.responses.commitTurn(params)).toMatchObject({ refused: undefined });
    },
    'responses.add': () =>
      store.responses.add({ ...key('c'), response: newResponse(nextId()), token: 'none' }),
    'responses.delete': () =>
      store.responses.delete({ ...key('h'), responseId: responses.pop() ?? '' }),
    'turns.take': async () => {
      const taking = store.turns.take({ ...key(free.pop() ?? ''), leaseMs: 60_000 });
      expect(await taking).toMatchObject({ refused: undefined });
    },
    'turns.renew': () => store.turns.renew({ ...(turns[0] ?? turn()), leaseMs: 60_000 }),
    'turns.release': () => store.turns.release(turn()),
    'approvedCalls.findRequest': () =>
      store.approvedCalls.findRequest({ tenant: 't', requestId: 'read', readable: everything }),
    'approvedCalls.begin': () => store.approvedCalls.begin({ ...key('c'), requestId: nextId() }),
    'approvedCalls.undo': () =>
      store.approvedCalls.undo({ ...key('c'), requestId: 'a', token: 'x' }),
    'idempotency.hold': () => store.idempotency.hold({ ...newKey(nextId()), leaseMs: 60_000 }),
    'idempotency.renew': () =>
      store.idempotency.renew({ ...newKey('k'), token: 'x', leaseMs: 1, awaitedWithinMs: 1 }),
    'idempotency.await': () => store.idempotency.await(newKey('k')),
    'idempotency.release': () => store.idempotency.release({ ...newKey('k'), token: 'x' }),
    'idempotency.find': () => store.idempotency.find(newKey('k')),
    'turns.wasInterrupted': () => store.turns.wasInterrupted(turns[0] ?? turn()),
    'turns.forgetInterrupted': () => store.turns.forgetInterrupted(1_000),
  };
}

function twoTripOperations(
  store: Store,
): Readonly<Partial<Record<OperationName | `${OperationName} under a key`, Operation>>> {
  // The oldest conversation of the tenant, so that the list after it is empty.
  const cursor = { id: 'empty', side: 'after' } as const;
  const items = ['delete1', 'delete2'];
  return {
    // The first trip locks the conversation, whose items are counted.
    deleteItem: () => store.conversations.deleteItem({ ...key('c'), itemId: items.pop() ?? '' }),
    // The first trip locks the conversation that is copied.
    'responses.fork': async () => {
      const source = { conversationId: 'c', access: everything, until: 1 };
      const params = { ...newHidden(nextId(), nextId(), nextId()), source };
      expect(await store.responses.fork(params)).toMatchObject({ refused: undefined });
    },
    // The first trip looks up the item.
    create: () =>
      store.conversations.create({
        ...newConversation(nextId()),
        items: [{ kind: 'reference', id: 'read' }],
      }),
    // The second trip commits, which a refusal must not.
    'appendItems under a key': () =>
      store.conversations.appendItems({
        ...key('c'),
        createdAt: 1,
        items: twenty(),
        key: newKey(nextId()),
      }),
    'update under a key': () =>
      store.conversations.update({ ...key('c'), metadata: '{}', key: newKey(nextId()) }),
    // The second trip finds out why a page is empty.
    listItems: () => store.conversations.listItems({ ...key('empty'), page: ITEM_PAGE }),
    list: () => store.conversations.list({ ...CONVERSATION_PAGE, cursor }),
  };
}

test.each([
  ['on', 'off'],
  ['on', 'on'],
  ['off', 'off'],
  ['off', 'on'],
])(
  'an operation with prepared statements %s and rls %s takes one round trip, or two for references, deleted items, forks, keys and empty pages',
  async (preparedStatements, rls) => {
    await using database = await createDatabase(inject('postgresUrl'));
    const url = await ordinaryRole(database);
    const settings = ['--database-prepared-statements', preparedStatements, '--rls', rls];
    await using opened = await openThroughProxy(url, ...settings);
    const { store, proxy } = opened;
    const tripsOf = async (operation: Operation): Promise<number> => {
      // The first run prepares the statements, which takes no trip of its own either.
      await operation();
      const before = proxy.roundTrips();
      await operation();
      return proxy.roundTrips() - before;
    };
    await store.conversations.create({ ...newConversation('c'), items: minted(...ITEMS) });
    for (const id of ['d1', 'd2', 'd3', 'd4', ...TAKEN]) {
      await store.conversations.create(newConversation(id));
    }
    const turns: TurnRef[] = [];
    for (const id of TAKEN) turns.push({ ...key(id), token: await takeTurn(store, id) });
    await store.responses.create(newHidden('h', 'r', 'h-item'));
    for (const id of ['r1', 'r2']) {
      await store.responses.add({ ...key('h'), response: newResponse(id), token: undefined });
    }
    for (const [name, operation] of Object.entries(singleTripOperations(store, turns))) {
      expect(await tripsOf(operation), `round trips of ${name}`).toBe(1);
    }
    await store.conversations.create({ ...newConversation('empty'), createdAt: 0 });
    for (const [name, operation] of Object.entries(twoTripOperations(store))) {
      expect(await tripsOf(operation), `round trips of ${name}`).toBe(2);
    }
  },
);
