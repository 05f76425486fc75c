import { inject, test } from 'vitest';
import { exportTo, importFrom } from '../support/archive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { assertWhole, underLoad } from '../support/load.ts';
import { createDatabase } from '../support/postgres.ts';

test.each(['sqlite', 'postgres'])(
  'an export from %s during writes contains the state of one moment',
  async (kind) => {
    await using folder = await temporaryFolder();
    await using database = await createDatabase(inject('postgresUrl'));
    const url = kind === 'sqlite' ? `sqlite:${folder.path('live.db')}` : database.url;
    const path = folder.path('live.jsonl');
    await using _load = await underLoad(url, () => exportTo(url, path));
    const copy = folder.path('copy.db');
    await importFrom(path, `sqlite:${copy}`);
    assertWhole(copy);
  },
);
