import { temporaryFolder } from '../support/folder.ts';
import { openOn } from '../support/store.ts';
import { describeStore } from './conformance/describe-store.ts';

describeStore('SQLite in memory', () => openOn('sqlite::memory:'));

describeStore('SQLite on disk', async () => {
  const folder = await temporaryFolder();
  const store = await openOn(`sqlite:${folder.path('test.db')}`);
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  });
});
