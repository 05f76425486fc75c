import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import type { Read } from '../../src/store/engine/driver.ts';
import { CITUS } from '../../src/store/engine/syntax.ts';
import { readOrigin } from '../../src/store/postgres/standing.ts';
import { TABLES_OF_CONVERSATIONS } from '../../src/store/tables.ts';
import { createDatabase, ordinaryRole, type PostgresDatabase } from '../support/postgres.ts';
import {
  onStandby,
  openReplicated,
  startReplication,
  type Replication,
} from '../support/replicated-postgres.ts';
import { examine, findingOf } from '../support/doctor.ts';
import { runProcess } from '../support/process.ts';
import { openPostgresDriver } from '../support/postgres-driver.ts';
import { key, newConversation, openOn } from '../support/store.ts';

/** Several PostgreSQL servers: a primary, its replica, and the one of the run, which is another cluster. */
let replication: Replication;
let database: PostgresDatabase;
/** The replica of the database. */
let readUrl: string;
beforeAll(async () => {
  replication = await startReplication();
  database = await createDatabase(replication.primary.url);
  await using store = await openOn(database.url);
  await store.conversations.create(newConversation('c'));
  await replication.caughtUp();
  readUrl = onStandby(database.url, replication);
});
afterAll(() => replication[Symbol.asyncDispose]());

/** Resolves with the error with which no store opens. */
function refusalOf(from: string, url = database.url, ...settings: string[]): Promise<unknown> {
  return openReplicated(url, from, ...settings).catch((error: unknown) => error);
}

const unusable = (message: RegExp) => ({
  code: 'unusable_replica',
  message: expect.stringMatching(message),
});

test('a read URL of another cluster is refused, also when that has the tables', async () => {
  await using other = await createDatabase(inject('postgresUrl'));
  await (await openOn(other.url)).close();
  expect(await refusalOf(other.url)).toMatchObject(unusable(/is of another cluster/));
});

test('a read URL of another database of the cluster is refused, with tables and without', async () => {
  await using other = await createDatabase(replication.primary.url);
  await replication.caughtUp();
  const there = onStandby(other.url, replication);
  expect(await refusalOf(there)).toMatchObject(unusable(/another database/));
  await (await openOn(other.url)).close();
  await replication.caughtUp();
  expect(await refusalOf(there)).toMatchObject(unusable(/another database/));
});

test('a role of the read URL that cannot read the tables, or finds others, is refused', async () => {
  await using own = await createDatabase(replication.primary.url);
  await (await openOn(own.url)).close();
  const guest = new URL(await ordinaryRole(own, 'guest'));
  const asGuest = onStandby(guest.href, replication);
  await own.run(`REVOKE SELECT ON items FROM ${guest.username}`);
  await replication.caughtUp();
  expect(await refusalOf(asGuest, own.url)).toMatchObject(
    unusable(/no tables items that its role/),
  );
  await own.run(`CREATE SCHEMA twin; GRANT USAGE ON SCHEMA twin TO ${guest.username};
    ${TABLES_OF_CONVERSATIONS.map(({ name }) => `CREATE TABLE twin.${name} (LIKE ${name});`).join(' ')}
    GRANT SELECT ON ALL TABLES IN SCHEMA twin TO ${guest.username};
    ALTER ROLE ${guest.username} SET search_path = twin`);
  await replication.caughtUp();
  expect(await refusalOf(asGuest, own.url)).toMatchObject(unusable(/in another schema/));
});

test('a role for which row-level security does not hold is refused with rls on', async () => {
  await using own = await createDatabase(replication.primary.url);
  const owner = await ordinaryRole(own);
  await (await openOn(owner, '--rls', 'on')).close();
  await replication.caughtUp();
  const asSuperuser = onStandby(own.url, replication);
  expect(await refusalOf(asSuperuser, owner, '--rls', 'on')).toMatchObject(
    unusable(/row-level security does not hold/),
  );
});

test('a wrong password of the read URL is refused', async () => {
  const wrong = Object.assign(new URL(readUrl), { password: 'x' }).href;
  expect(await refusalOf(wrong)).toMatchObject(unusable(/refuses: password/));
});

test('a database without marks, or with those of a coordinator alone, has no replicas', async () => {
  await using own = await createDatabase(replication.primary.url);
  await (await openOn(own.url)).close();
  const name = new URL(own.url).pathname.slice(1);
  await own.run(`
    CREATE FUNCTION pg_current_wal_insert_lsn() RETURNS pg_lsn LANGUAGE plpgsql AS $$
    BEGIN RAISE undefined_function; END $$;
    ALTER DATABASE ${name} SET search_path = public, pg_catalog`);
  expect(await refusalOf(onStandby(own.url, replication), own.url)).toMatchObject(
    unusable(/does not tell how long its log is/),
  );
  const driver = await openPostgresDriver(database.url);
  const distributed = { syntax: CITUS, read: (read: Read) => driver.read(read) };
  await expect(readOrigin(distributed)).rejects.toMatchObject(unusable(/distributed by Citus/));
  await driver.close();
});

test('a standby in the place of the primary, as in a failover, does not prevent a start', async () => {
  await using opened = await openReplicated(readUrl, readUrl);
  const places = await opened.placesOf(async () => {
    expect(await opened.store.conversations.get(key('c'))).toMatchObject({ id: 'c' });
  });
  expect(places).toEqual(['replica_behind']);
});

test('a role that may not read the control file is taken without it', async () => {
  await using own = await createDatabase(replication.primary.url);
  const url = await ordinaryRole(own);
  await (await openOn(url)).close();
  await own.run('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
  await replication.caughtUp();
  await using opened = await openReplicated(url, onStandby(url, replication));
  await opened.store.conversations.create(newConversation('e'));
  await replication.caughtUp();
  expect(await opened.placesOf(() => opened.store.conversations.get(key('e')))).toEqual([
    'replica',
  ]);
});

test('a primary in the place of its replica is not read, and does not prevent a start', async () => {
  await using opened = await openReplicated(database.url, database.url);
  expect(await opened.placesOf(() => opened.store.conversations.get(key('c')))).toEqual([
    'replica_away',
  ]);
});

test('a replica that has not replayed the tables yet does not prevent a start', async () => {
  await using own = await createDatabase(replication.primary.url);
  await replication.caughtUp();
  await replication.standby.pauseReplay();
  await using opened = await openReplicated(own.url, onStandby(own.url, replication));
  await opened.store.conversations.create(newConversation('e'));
  await replication.standby.resumeReplay();
  await expect
    .poll(() => opened.placesOf(() => opened.store.conversations.get(key('e'))))
    .toEqual(['replica']);
});

test('a command of an operator starts with a replica that no server would start with', async () => {
  await using other = await createDatabase(inject('postgresUrl'));
  const args = ['--database-url', database.url, '--database-read-url', other.url];
  const { code, stdout } = await runProcess(['keys', 'create', '--subject', 's', ...args]);
  expect(stdout).toMatch(/clq_/);
  expect(code).toBe(0);
});

test('doctor says how far a replica is behind, and why it is not read', async () => {
  const finding = async (from: string) =>
    findingOf((await examine(database.url, ['--database-read-url', from])).findings, 'replica');
  await replication.standby.pauseReplay();
  await database.run(`SELECT pg_logical_emit_message(TRUE, '', repeat('x', 200000))`);
  expect(await finding(readUrl)).toMatchObject({
    state: 'ok',
    detail: expect.stringMatching(/is 20\d kB behind$/),
  });
  await replication.standby.resumeReplay();
  expect(await finding(onStandby(replication.primary.url, replication))).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/another database/),
  });
  expect(await finding(database.url)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/is no replica, but a primary, so the primary answers/),
  });
  const nowhere = { hostname: 'localhost', port: '1' };
  expect(await finding(Object.assign(new URL(readUrl), nowhere).href)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/ECONNREFUSED/),
  });
});

test('a read URL is for PostgreSQL alone', async () => {
  const load = (url: string) =>
    loadConfig({ arguments: ['--database-url', url, '--database-read-url', readUrl] });
  await expect(load('sqlite::memory:')).rejects.toMatchObject({
    code: 'invalid_setting',
    message: expect.stringMatching(/SQLite, which has no replicas/),
  });
  await expect(
    loadConfig({ arguments: ['--database-url', readUrl, '--database-read-url', 'sqlite:a'] }),
  ).rejects.toMatchObject({ code: 'invalid_setting' });
});
