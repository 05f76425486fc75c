import { inject } from 'vitest';
import { createDatabase } from '../support/postgres.ts';
import { openThroughWireProxy } from '../support/proxied-store.ts';
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

describeStore('PostgreSQL that commits each statement outside a transaction block', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const opened = await openThroughWireProxy(database.url, { commitsEach: true });
  return Object.assign(opened.store, {
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  });
});
