import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { inject } from 'vitest';
import { temporaryFolder } from './folder.ts';
import { createDatabase } from './postgres.ts';

export interface TestDatabase extends AsyncDisposable {
  /** Value for `--database-url`. */
  readonly url: string;
  /** Runs a statement past the program. */
  run(sql: string): Promise<void>;
  /** Reports whether the stored data of API keys contains a text. */
  keepsOfKeys(text: string): Promise<boolean>;
}

/** Creates an empty database of the suite's kind, which several processes can open. */
export async function freshDatabase(): Promise<TestDatabase> {
  if (inject('database') === 'postgres') {
    const database = await createDatabase(inject('postgresUrl'));
    return {
      ...database,
      run: async (sql) => {
        await database.run(sql);
      },
      keepsOfKeys: async (text) => {
        const rows = await database.run('SELECT api_keys::text AS kept FROM api_keys');
        return rows.some(({ kept }) => String(kept).includes(text));
      },
    };
  }
  const folder = await temporaryFolder();
  const path = folder.path('test.db');
  return {
    url: `sqlite:${path}`,
    run: async (sql) => {
      using raw = new DatabaseSync(path);
      raw.exec(sql);
    },
    keepsOfKeys: async (text) =>
      [path, `${path}-wal`].some((file) => readFileSync(file).includes(text)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
