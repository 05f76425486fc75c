import { expect, test } from 'vitest';
import type { Store } from '../../src/index.ts';
import { commitOf, findResponse, takeTurn } from '../support/responses.ts';
import { append, key, newConversation, openOn, minted } from '../support/store.ts';
import { KINDS, storedDatabase } from '../support/stored.ts';

test.each(KINDS)('one of 20 takers of two stores on one %s gets a turn', async (kind) => {
  await using database = await storedDatabase(kind);
  await using first = await openOn(database.url);
  await using second = await openOn(database.url);
  await first.conversations.create(newConversation('c'));
  const racing = Array.from({ length: 20 }, (_, n) =>
    (n % 2 ? first : second).turns.take({ ...key('c'), leaseMs: 60_000 }),
  );
  const results = await Promise.all(racing);
  expect(results.filter(({ refused }) => refused === undefined)).toHaveLength(1);
});

test.each(KINDS)('a turn on %s that another store has taken over stores nothing', async (kind) => {
  await using database = await storedDatabase(kind);
  await using first = await openOn(database.url);
  await using second = await openOn(database.url);
  await first.conversations.create(newConversation('c'));
  const late = await first.turns.take({ ...key('c'), leaseMs: 0 });
  if (late.refused !== undefined) throw new Error('the turn must be free');
  const token = await takeTurn(second, 'c');
  expect(await first.responses.commitTurn(commitOf('c', late.token, 'r', 'a'))).toEqual({
    refused: 'turn_lost',
  });
  expect(await second.responses.commitTurn(commitOf('c', token, 's', 'b'))).toMatchObject({
    firstOutput: 0,
    endPosition: 1,
  });
  expect(await first.turns.renew({ ...key('c'), token: late.token, leaseMs: 1 })).toBe(false);
});

/** Takes a turn when it is free, and commits a response with two items; so many times. */
async function runTurns(store: Store, name: string, count: number): Promise<void> {
  for (let done = 0; done < count;) {
    const taken = await store.turns.take({ ...key('c'), leaseMs: 60_000 });
    if (taken.refused !== undefined) continue;
    const id = `${name}-${done}`;
    const params = commitOf('c', taken.token, id, `${id}-in`, `${id}-out`);
    expect(await store.responses.commitTurn(params)).toMatchObject({ refused: undefined });
    done += 1;
  }
}

test.each(KINDS)(
  'turns of two stores on one %s each have their items next to each other, whatever is appended meanwhile',
  async (kind) => {
    await using database = await storedDatabase(kind);
    await using first = await openOn(database.url);
    await using second = await openOn(database.url);
    await first.conversations.create(newConversation('c'));
    const appendAll = async (): Promise<void> => {
      for (let n = 0; n < 40; n += 1) await append(second, 'c', minted(`item-${n}`));
    };
    const names = ['a', 'b', 'd', 'e'];
    await Promise.all([
      ...names.map((name, index) => runTurns(index % 2 ? first : second, name, 10)),
      appendAll(),
    ]);
    const page = { limit: 1000, order: 'asc', after: undefined } as const;
    const listed = await first.conversations.listItems({ ...key('c'), page });
    if (listed.absent !== undefined) throw new Error(listed.absent);
    const ids = listed.page.entries.map(({ id }) => id);
    expect(ids).toHaveLength(2 * 40 + 40);
    for (const name of names) {
      for (let n = 0; n < 10; n += 1) {
        const place = await findResponse(first, `${name}-${n}`);
        const items = ids.slice((place?.firstOutput ?? 0) - 1, place?.endPosition);
        expect(items).toEqual([`${name}-${n}-in`, `${name}-${n}-out`]);
      }
    }
  },
);
