import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, filterFor } from '../../../src/access/policy/decide.ts';
import { ALL } from '../../../src/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { attributes, ids, principal, rule, subject } from '../../support/random-policies.ts';
import { openOn } from '../../support/store.ts';

/** A moment before the conversations are made. */
const BEFORE = { at: Date.now() - 60_000, transaction: 3, database: 0 };
const DELETED = ids.slice(-3);

async function idsOf(
  pages: AsyncIterable<readonly { readonly conversationId: string }[]>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const page of pages) for (const each of page) found.add(each.conversationId);
  return found;
}

test('a policy lets through the changes and the deletions of what it permits to read, and no others', async () => {
  await using database = await freshDatabase();
  await using store = await openOn(database.url);
  const samples = fc.sample(fc.tuple(subject, attributes), { numRuns: ids.length, seed: 7 });
  const resources = ids.map((id, index) => {
    const [owner, theirs] = samples[index] ?? ['', {}];
    return { id, owner, attributes: theirs };
  });
  for (const { id: conversationId, ...owned } of resources) {
    const made = { metadata: '{}', createdAt: Date.now(), items: [], readable: ALL };
    await store.conversations.create({ tenant: 't', conversationId, ...owned, ...made });
  }
  for (const conversationId of DELETED) {
    await store.conversations.delete({ tenant: 't', conversationId, access: ALL });
  }
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { maxLength: 5 }), principal, async (policy, who) => {
      const access = filterFor(policy, who, 'read');
      const allowed = resources.filter((each) => decide(policy, who, 'read', each).allowed);
      const [deleted, present] = [true, false].map(
        (isDeleted) =>
          new Set(allowed.map(({ id }) => id).filter((id) => DELETED.includes(id) === isDeleted)),
      );
      const news = { tenant: 't', access, since: BEFORE };
      expect(await idsOf(store.changes.changed(news))).toEqual(present);
      expect(await idsOf(store.changes.deleted(news))).toEqual(deleted);
      for (const { id: conversationId } of resources) {
        const ref = { tenant: 't', conversationId, access };
        expect((await store.changes.deletion(ref)) !== null).toBe(deleted?.has(conversationId));
        expect((await store.changes.head(ref)) !== null).toBe(present?.has(conversationId));
      }
    }),
    { numRuns: 200 },
  );
});
