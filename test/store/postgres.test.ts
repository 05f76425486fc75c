import { describe, expect, inject, test } from 'vitest';
import { loadConfig, openStore, type Store } from '../../src/index.ts';
import { createDatabase, type PostgresDatabase } from '../support/postgres.ts';
import { describeStore } from './conformance.ts';

async function optionsFor(url: string, ...settings: readonly string[]) {
  const { database } = await loadConfig({ arguments: ['--database-url', url, ...settings] });
  return database;
}

async function openOn(
  database: PostgresDatabase,
  ...settings: readonly string[]
): Promise<Store & AsyncDisposable> {
  const store = await openStore(await optionsFor(database.url, ...settings));
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

describeStore('PostgreSQL', async () => {
  const database = await createDatabase(inject('postgresUrl'));
  const store = await openOn(database);
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  });
});

describe('x', () => {
  test('y', () => {
    expect(1).toBe(1);
  });
});
