import { existsSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { createDatabase } from './support/postgres.ts';
import { runProcess } from './support/process.ts';

test.each(['export', 'keys list', 'adopt --subject x'])(
  '%s reports an absent database and does not create it',
  async (command) => {
    await using folder = await temporaryFolder();
    await using empty = await createDatabase(inject('postgresUrl'));
    for (const url of [`sqlite:${folder.path('none.db')}`, empty.url]) {
      const args = [...command.split(' '), '--database-url', url];
      const { code, stdout, stderr } = await runProcess(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('no_such_database');
    }
    expect(existsSync(folder.path('none.db'))).toBe(false);
    expect(await empty.run(`SELECT to_regclass('items') AS items`)).toEqual([{ items: null }]);
  },
);
