import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { newConversation, openOn } from '../support/store.ts';

test('reading an archive can take longer than the statement timeout', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  await using store = await openOn(database.url, '--database-statement-timeout', '1');
  for (let n = 0; n < 501; n += 1) await store.conversations.create(newConversation(`c${n}`));
  let count = 0;
  await store.archive.read({ tenant: undefined, after: undefined }, async (records) => {
    count += records.length;
    if (count === 500) await new Promise((resolve) => setTimeout(resolve, 1500));
  });
  expect(count).toBe(501);
});
