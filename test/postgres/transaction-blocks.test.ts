import { describe, expect, inject, test } from 'vitest';
import { loadConfig, type HoldRecord, type KeyRecord, type Store } from '../../src/index.ts';
import type { Inspection } from '../../src/store/inspection/inspection.ts';
import { openInspection } from '../../src/store/open.ts';
import { archivedConversation } from '../support/archived.ts';
import { createDatabase, ordinaryRole } from '../support/postgres.ts';
import { openThroughWireProxy, urlThrough } from '../support/proxied-store.ts';
import { after, before, fork, rewind } from '../support/branches.ts';
import { commitOf, findResponse, newHidden, newResponse, takeTurn } from '../support/responses.ts';
import {
  append,
  everything,
  given,
  key,
  minted,
  newConversation,
  newKey,
} from '../support/store.ts';
import type { Trip } from '../support/wire-proxy.ts';

type Operation = () => Promise<unknown>;
type Facet =
  | 'conversations'
  | 'branches'
  | 'turns'
  | 'approvedCalls'
  | 'responses'
  | 'idempotency'
  | 'usage'
  | 'keys'
  | 'archive'
  | 'holds'
  | 'retention';
type FacetOperations = { readonly [Name in Facet]: Readonly<Record<keyof Store[Name], Operation>> };
/** What a single PostgreSQL is not asked: SQLite has `damage`, a store with a replica `replica`, and Citus the rest. */
type OfOthers =
  | 'damage'
  | 'replica'
  | 'isSharded'
  | 'missingLimits'
  | 'pendingDistribution'
  | 'unreachableNodes';
type Figure = Exclude<keyof Inspection, OfOthers | typeof Symbol.asyncDispose>;

const PAGE = { limit: 5, order: 'asc', after: undefined } as const;
const KEY: KeyRecord = {
  id: 'key_1',
  tenant: 't',
  subject: 's',
  attributes: {},
  hash: 'h',
  createdAt: 1,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};
const HOLD: HoldRecord = {
  id: 'hold_1',
  tenant: 'other',
  subject: null,
  conversationId: null,
  reason: 'r',
  createdAt: 1,
  releasedAt: null,
};
const ARCHIVED = archivedConversation('archived', 'o', 'x', 'y');
/** The same conversation with another owner. */
const DIFFERENT = archivedConversation('archived', 'other');

/** A new operation of the store must be added here. They run in this order. */
function facetOperations(store: Store): FacetOperations {
  const { conversations, branches, turns, responses, idempotency, usage, keys, archive } = store;
  const { approvedCalls } = store;
  let token = '';
  return {
    conversations: {
      create: () => conversations.create({ ...newConversation('c'), items: minted('a', 'b', 'c') }),
      appendItems: () =>
        conversations.appendItems({ ...key('c'), createdAt: 1, items: minted('d') }),
      get: () => conversations.get(key('c')),
      getResource: () => conversations.getResource(key('c')),
      list: () =>
        conversations.list({
          tenant: 't',
          access: everything,
          order: 'asc',
          limit: 5,
          cursor: { id: 'c', side: 'after' },
          metadata: [['a', 'b']],
          createdFrom: undefined,
          createdUntil: undefined,
        }),
      update: () => conversations.update({ ...key('c'), metadata: '{}' }),
      listItems: () => conversations.listItems({ ...key('c'), page: { ...PAGE, after: 'd' } }),
      getItem: () => conversations.getItem({ ...key('c'), itemId: 'a' }),
      getItems: () => conversations.getItems({ ...key('c'), itemIds: ['a'] }),
      findItem: () => conversations.findItem({ ...key('c'), itemId: 'a' }),
      deleteItem: () => conversations.deleteItem({ ...key('c'), itemId: 'a' }),
      adopt: () =>
        conversations.adopt({
          from: { tenant: 't', owner: 'o' },
          to: { tenant: 'u', owner: 'new', attributes: {} },
          conversationId: undefined,
        }),
      delete: () => conversations.delete(key('c', 'u')),
    },
    branches: {
      fork: async () => {
        await conversations.create({ ...newConversation('source'), items: minted('s', 't') });
        return fork(store, 'source', 'branch', after('s'), [given('own', '1')]);
      },
      rewind: () =>
        rewind(store, 'source', before('t'), { items: minted('new'), key: newKey('rewound') }),
      readableSources: () =>
        branches.readableSources({
          tenant: 't',
          access: everything,
          conversationIds: ['source', 'none'],
        }),
    },
    turns: {
      take: async () => {
        await conversations.create(newConversation('turning'));
        token = await takeTurn(store, 'turning');
      },
      renew: () => turns.renew({ ...key('turning'), token, leaseMs: 60_000 }),
      release: () => turns.release({ ...key('turning'), token }),
      wasInterrupted: () => turns.wasInterrupted({ ...key('turning'), token }),
      forgetInterrupted: () => turns.forgetInterrupted(1),
    },
    approvedCalls: {
      findRequest: () =>
        approvedCalls.findRequest({ tenant: 't', requestId: 'a', readable: everything }),
      begin: () => approvedCalls.begin({ ...key('turning'), requestId: 'a' }),
      undo: () => approvedCalls.undo({ ...key('turning'), requestId: 'a', token }),
    },
    responses: {
      create: () => responses.create(newHidden('hidden', 'resp_1', 'in-1', 'out-1')),
      find: () => findResponse(store, 'resp_1'),
      list: () =>
        responses.list({
          ...key('hidden'),
          order: 'desc',
          limit: 1,
          cursor: { id: 'resp_1', side: 'after' },
        }),
      commitTurn: async () => {
        token = await takeTurn(store, 'turning');
        return responses.commitTurn(commitOf('turning', token, 'resp_2', 'in-2', 'out-2'));
      },
      fork: () =>
        responses.fork({
          ...newHidden('forked', 'resp_3', 'in-3', 'out-3'),
          source: { ...key('hidden'), until: 2 },
        }),
      add: async () => {
        token = await takeTurn(store, 'turning');
        return responses.add({ ...key('turning'), response: newResponse('resp_4'), token });
      },
      delete: () => responses.delete({ ...key('hidden'), responseId: 'resp_1' }),
    },
    idempotency: {
      hold: async () => {
        const held = await idempotency.hold({ ...newKey('k'), leaseMs: 60_000 });
        token = held.token ?? '';
      },
      renew: () =>
        idempotency.renew({ ...newKey('k'), token, leaseMs: 60_000, awaitedWithinMs: 1 }),
      await: () => idempotency.await(newKey('k')),
      find: () => idempotency.find(newKey('k')),
      release: () => idempotency.release({ ...newKey('k'), token }),
      sweep: async () => {
        await idempotency.hold({ ...newKey('old'), leaseMs: 0 });
        await idempotency.sweep();
      },
    },
    usage: {
      sum: () =>
        usage.sum({
          tenant: 't',
          access: everything,
          groupBy: 'day',
          metadata: [['a', 'b']],
          limit: 5,
          after: '2026-11-27',
        }),
    },
    keys: {
      create: () => keys.create(KEY),
      find: () => keys.find('h'),
      list: () => keys.list(undefined),
      touch: () => keys.touch({ id: 'key_1', usedAt: 2 }),
      revoke: () => keys.revoke({ id: 'key_1', revokedAt: 2 }),
    },
    ...retentionOperations(store),
    archive: {
      write: () => archive.write(ARCHIVED),
      read: () => archive.read({ tenant: undefined, after: undefined }, async () => undefined),
      select: () => archive.select({ tenant: 't', access: everything, metadata: [] }).next(),
    },
  };
}

function retentionOperations({
  conversations,
  holds,
  responses,
  retention,
}: Store): Pick<FacetOperations, 'holds' | 'retention'> {
  const at = key('ending');
  const filter = { ...at, owners: { owner: 'o', orPrefix: 'o#' }, metadata: [] };
  const old = { ...at, responseId: 'resp_old', createdAt: 1 };
  return {
    holds: {
      add: () => holds.add(HOLD),
      list: () => holds.list('t'),
      reach: () => holds.reach(HOLD),
      release: () => holds.release({ id: HOLD.id, releasedAt: 2 }),
    },
    retention: {
      restore: async () => {
        await conversations.create({ ...newConversation('ending'), items: minted('e') });
        await responses.add({ ...at, response: newResponse('resp_old'), token: undefined });
        await conversations.delete({ ...at, trashMs: 60_000 });
        expect(await retention.restore(at)).toMatchObject({ refused: undefined });
      },
      limits: () => retention.limits(undefined, 5),
      limit: () => retention.limit(at, { anchor: 'created_at', afterMs: 1 }),
      due: () => retention.due(5),
      expire: async () => expect(await retention.expire(at)).toBe(true),
      keptDeleted: () => retention.keptDeleted(undefined, 5),
      letGo: () => retention.letGo(at),
      keptItems: () => retention.keptItems(undefined, 5),
      forgetItems: () => retention.forgetItems(at, 5),
      oldResponses: () => retention.oldResponses(1, undefined, 5),
      deleteOldResponse: async () => expect(await retention.deleteOldResponse(old, 1)).toBe(true),
      erasable: () => retention.erasable(filter, undefined, 5),
      condemn: async () =>
        expect(await retention.condemn(filter, { id: 'ending', owner: 'o' })).toBe(true),
      eraseOwners: () => retention.eraseOwners(filter),
      purgeable: () => retention.purgeable(5),
      purge: async () => expect(await retention.purge(at, 5)).toMatchObject({ state: 'gone' }),
    },
  };
}

/** Operations that fail, are refused or are about the database as a whole. */
function otherOperations(store: Store): Readonly<Record<string, Operation>> {
  return {
    ping: () => store.ping(),
    size: () => store.size(),
    'append to an absent conversation': () => append(store, 'absent', minted('a')),
    'creation of a conversation': () => store.conversations.create(newConversation('d')),
    'append of items with ids': () => append(store, 'd', [given('x', '1'), given('y', '2')]),
    'creation under a key': () =>
      store.conversations.create({ ...newConversation('keyed'), key: newKey('creation') }),
    'creation under a key that is in use': () =>
      store.conversations.create({ ...newConversation('keyed-2'), key: newKey('creation') }),
    'append under a key to an absent conversation': () =>
      store.conversations.appendItems({
        ...key('absent'),
        createdAt: 1,
        items: minted('k'),
        key: newKey('append'),
      }),
    'append of an item that is present': () => append(store, 'd', [given('x', '1')]),
    'append of a reference': () => append(store, 'd', [{ kind: 'reference', id: 'gone' }]),
    'import of the same rows': () => store.archive.write(ARCHIVED),
    'import of other rows': () =>
      store.archive.write(DIFFERENT).then(
        () => Promise.reject(new Error('the import must be refused')),
        () => undefined,
      ),
    'export that fails': () =>
      store.archive
        .read({ tenant: undefined, after: undefined }, () => Promise.reject(new Error('full')))
        .catch(() => undefined),
  };
}

/** A new figure must be added here. */
function figures(inspection: Inspection): Readonly<Record<Figure, Operation>> {
  const full = { full: true };
  return {
    engine: () => inspection.engine(),
    migrations: () => inspection.migrations(),
    assertRights: () => inspection.assertRights(),
    hasWalls: () => inspection.hasWalls(),
    now: () => inspection.now(),
    newest: () => inspection.newest(),
    overdue: () => inspection.overdue(1, 5),
    checkPlaces: () => inspection.checkPlaces(full),
    checkItems: () => inspection.checkItems(full),
    checkCounts: () => inspection.checkCounts(full),
    checkSearch: () => inspection.checkSearch(),
    searchState: () => inspection.searchState(),
    figures: () => inspection.figures(full),
    histories: async () => {
      for await (const { items } of inspection.histories(undefined)) expect(items).not.toEqual([]);
    },
    sizes: () => inspection.sizes(),
  };
}

/** Returns what a database that commits each statement outside a block would not run as one transaction. */
function violationsOf(trips: readonly Trip[]): readonly string[] {
  return trips.flatMap(({ statements, loose, isSimple, commands }) => {
    const text = statements.join('; ');
    if (isSimple) return commands > 1 ? [`${commands} commands in one message: ${text}`] : [];
    return statements.length > 1 && loose.length > 0 ? [`without BEGIN and COMMIT: ${text}`] : [];
  });
}

/** Returns how many blocks trips have left open, less those that they have ended. */
function openBlocks(trips: readonly Trip[]): number {
  const count = (before: boolean): number =>
    trips.filter(({ isInBlock }) => isInBlock.before === before && isInBlock.after !== before)
      .length;
  return count(false) - count(true);
}

describe.each(['off', 'on'])('with rls %s', (rls) => {
  const open = async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await createDatabase(inject('postgresUrl')));
    const url = await ordinaryRole(database);
    const settings = ['--rls', rls];
    const { store, proxy } = stack.use(await openThroughWireProxy(url, {}, ...settings));
    const { database: options } = await loadConfig({
      arguments: ['--database-url', urlThrough(proxy, url), ...settings],
    });
    const opened = stack.move();
    return { store, proxy, options, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  };

  test('the migrations and the checks at the start send each transaction in its own block', async () => {
    await using opened = await open();
    const { trips } = opened.proxy;
    expect(trips.flatMap(({ statements }) => statements).join('\n')).toContain('CREATE TABLE');
    expect(violationsOf(trips), 'send these statements between BEGIN and COMMIT').toEqual([]);
    expect(openBlocks(trips)).toBe(0);
  });

  test('every operation of the store sends several statements of a trip in one block', async () => {
    await using opened = await open();
    const { store, proxy, options } = opened;
    await using inspection = await openInspection(options);
    const operations = {
      ...Object.fromEntries(
        Object.entries(facetOperations(store)).flatMap(([facet, all]) =>
          Object.entries(all).map(([name, run]) => [`${facet}.${name}`, run]),
        ),
      ),
      ...otherOperations(store),
      ...figures(inspection),
    };
    for (const [name, operation] of Object.entries(operations)) {
      const start = proxy.trips.length;
      await operation();
      const trips = proxy.trips.slice(start);
      expect(trips.length, `${name} must reach the proxy`).toBeGreaterThan(0);
      expect(violationsOf(trips), `${name}: send these between BEGIN and COMMIT`).toEqual([]);
      expect(openBlocks(trips), `${name} must end its transaction`).toBe(0);
    }
  });

  test('an append sends its block in one trip', async () => {
    await using opened = await open();
    const { store, proxy } = opened;
    await store.conversations.create(newConversation('c'));
    const start = proxy.trips.length;
    await append(store, 'c', minted('a', 'b'));
    const [trip, ...rest] = proxy.trips.slice(start);
    expect(rest).toEqual([]);
    expect(trip?.statements.map((text) => text.split(/\s/)[0])).toEqual([
      'BEGIN',
      ...(rls === 'on' ? ['SELECT'] : []),
      'INSERT',
      'UPDATE',
      'COMMIT',
    ]);
  });
});
