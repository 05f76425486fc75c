import { expect, inject, test } from 'vitest';
import { examine, findingOf, type Finding } from '../../support/doctor.ts';
import { createDatabase, ordinaryRole } from '../../support/postgres.ts';
import { openOn } from '../../support/store.ts';

test.each([
  [
    'does not answer at its port',
    (url: URL) => Object.assign(url, { port: '1' }),
    /ECONNREFUSED/,
    /running/,
  ],
  [
    'refuses the password',
    (url: URL) => Object.assign(url, { password: 'x' }),
    /password/,
    /password/,
  ],
  [
    'lacks the database',
    (url: URL) => Object.assign(url, { pathname: '/none' }),
    /exist/,
    /CREATE/,
  ],
])('doctor gives the fix for a PostgreSQL that %s', async (_name, change, detail, fix) => {
  const { findings } = await examine(change(new URL(inject('postgresUrl'))).href);
  expect(findings.at(-1)).toMatchObject({
    check: 'database',
    state: 'failed',
    detail: expect.stringMatching(detail),
    fix: expect.stringMatching(fix),
  });
});

test('doctor reports rights that the role lacks, and row-level security that the settings do not match', async () => {
  await using database = await createDatabase(inject('postgresUrl'));
  const url = await ordinaryRole(database);
  await (await openOn(url)).close();
  const rights = async (...args: string[]): Promise<Finding | undefined> =>
    findingOf((await examine(url, args)).findings, 'rights');
  expect(await rights('--rls', 'on')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/no row-level/),
  });
  await (await openOn(url, '--rls', 'on')).close();
  expect(await rights('--rls', 'on')).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/is on$/),
  });
  expect(await rights()).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/rls is off/),
  });
  await database.run(`REVOKE INSERT ON items FROM ${new URL(url).username}`);
  expect(await rights('--rls', 'on')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/INSERT on items/),
  });
});
