import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { minted, newConversation, openOn } from '../support/store.ts';
import { storedDatabase, type StoredDatabase } from '../support/stored.ts';

/** What an operator reads who sets holds and erases: the numbers, the warnings and the audit log. */

let folder: Folder;
let database: StoredDatabase;
let log: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  database = await storedDatabase('SQLite');
  log = folder.path('audit.jsonl');
  await using store = await openOn(database.url);
  for (const id of ['a', 'b']) {
    await store.conversations.create({ ...newConversation(id), items: minted(`${id}-1`) });
  }
  await store.conversations.create({ ...newConversation('c'), owner: 'user-2' });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const run = (...args: readonly string[]) =>
  runCommand([...args, '--database-url', database.url, '--audit-log', log]);

function lastLine(): Readonly<Record<string, unknown>> {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  // Sound: a line of the audit log is a map.
  return JSON.parse(lines.at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

const SUBJECT = ['--tenant', 't', '--subject', 'o'];
const because = ['--reason', 'case of Mr Secret'];

test('a hold says what it holds and how many there are, and is in the audit log until its release', async () => {
  const added = await run('hold', 'add', ...SUBJECT, ...because);
  expect(added.stdout).toMatch(
    /^hold_\w+ holds all conversations of o in tenant t: 2 conversations now, with those of responses\.$/,
  );
  expect(added.stderr).toBe('');
  const id = /hold_\w+/.exec(added.stdout)?.[0] ?? '';
  const line = {
    request_id: '',
    tenant: 't',
    principal: null,
    action: null,
    resource: id,
    outcome: 'done',
    conversation: null,
    subject_sha256: hash('sha256', 'o'),
  };
  expect(lastLine()).toMatchObject({ ...line, operation: 'addHold' });
  const erased = await run('erase', ...SUBJECT, '--dry-run');
  expect(erased.stdout).toMatch(/matched {4}2 conversations of t\n/);
  expect(erased.stdout).toMatch(/held {7}2 conversations, kept by a hold\n/);
  expect(erased.stdout).toMatch(/to erase {3}0 conversations, 0 items, 0 bytes\n/);
  expect(erased.stdout).toContain('of nothing, in a dry run');
  await run('hold', 'release', id);
  expect(lastLine()).toMatchObject({ ...line, operation: 'releaseHold' });
  expect(readFileSync(log, 'utf8')).not.toContain('Secret');
  expect((await run('hold', 'release', id)).stderr).toContain('no_such_hold');
});

test.each([
  ['a tenant', ['--tenant', 'acem'], 'made later'],
  ['a subject', ['--tenant', 't', '--subject', 'usr-1'], 'made later'],
  ['a conversation', ['--tenant', 't', '--conversation', 'conv_nope'], 'check the name'],
])('a hold on %s of which there is nothing is set with a warning', async (_what, on, part) => {
  const { code, stdout, stderr } = await run('hold', 'add', ...on, ...because);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('0 conversations') });
  expect(stderr).toMatch(/^colloquy: warning: there is nothing of /);
  expect(stderr).toContain(part);
  await run('hold', 'release', /hold_\w+/.exec(stdout)?.[0] ?? '');
});

test.each([
  ['--subject', 'usr-1'],
  ['--metadata', 'user_id=x'],
])('an erasure that matches nothing has a receipt and a warning: %s', async (...filter) => {
  const { code, stdout, stderr } = await run('erase', '--tenant', 't', ...filter);
  expect(code).toBe(0);
  expect(stdout).toContain('erased 0 of 0');
  expect(stderr).toMatch(/^colloquy: warning: nothing matched/);
});

test('an erasure that matches has no warning, and is not begun without its audit log', async () => {
  const erase = ['erase', '--tenant', 't', '--subject', 'user-2', '--database-url', database.url];
  const none = await runCommand([...erase, '--audit-log', folder.path('no/such.jsonl')]);
  expect(none.stderr).toContain('cannot_open_audit_log');
  const { stdout, stderr } = await runCommand(erase);
  expect(stdout).toContain('erased 1 of 1 conversation');
  expect(stdout).toMatch(/erased {5}1 conversation, 0 items, 0 bytes\n/);
  expect(stderr).toBe('');
});

test.each([
  [['hold', 'add', '--tenant', 't', '--subject', '', ...because], 'missing_value', 'empty'],
  [['hold', 'add', '--tenant', 't', '--conversation=', ...because], 'missing_value', 'empty'],
  [['erase', '--tenant', 't', '--subject', ''], 'missing_value', 'empty'],
  [['erase', '--tenant', 't', '--metadata', 'user_id='], 'invalid_metadata', 'neither'],
  [['hold'], 'unknown_action', 'hold needs an action'],
  [['retention'], 'unknown_action', 'retention needs an action'],
  [['hold', 'release'], 'invalid_hold', 'needs the id'],
])('the line %j is refused', async (args, code, part) => {
  const result = await run(...args);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(`colloquy: ${code}: `);
  expect(result.stderr).toContain(part);
});
