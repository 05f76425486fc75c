import { inject } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { openOn } from '../support/store.ts';
import { describeStore } from './conformance/describe-store.ts';

describeStore('PostgreSQL', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const store = await openOn(database.url);
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  });
});
