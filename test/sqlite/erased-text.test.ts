import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess } from '../support/process.ts';

const NEEDLE = 'the-needle';

async function post(url: string, path: string, body: object): Promise<{ readonly id: string }> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  // Sound: it is a conversation.
  return (await answer.json()) as { readonly id: string };
}

test('what a command erases beside a running server is gone from file, log and later backups', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('erase.db');
  const at = ['--database-url', `sqlite:${path}`];
  await using server = startProcess(['serve', '--port', '0', '--metrics', 'off', ...at]);
  const [url = ''] = /http:\S+/.exec(await server.firstLine()) ?? [];
  const isIn = (...files: readonly string[]): boolean =>
    files.some((file) => existsSync(file) && readFileSync(file).includes(NEEDLE));
  const erased = ['label', 'other'].map((user) =>
    post(url, '/conversations', {
      metadata: { user },
      items: [{ role: 'user', content: NEEDLE.repeat(2_000) }],
    }),
  );
  const [gone, kept] = await Promise.all(erased);
  await post(url, `/conversations/${kept?.id}/items`, { items: [{ role: 'user', content: 'x' }] });
  expect(isIn(path, `${path}-wal`), 'the words are stored').toBe(true);
  const erase = (...words: readonly string[]) =>
    runProcess(['erase', '--tenant', 'default', ...words, ...at]);
  const filter = ['--metadata', 'user=label'];
  const counted = await erase(...filter, '--dry-run');
  expect(counted.stdout).toContain('dry run, nothing was deleted');
  expect((await fetch(`${url}/conversations/${gone?.id}`)).status).toBe(200);
  const { stdout } = await erase('--subject', 'anonymous', '--metadata', 'user=label', '--json');
  // Sound: it is the receipt.
  const receipt = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  expect(receipt).toMatchObject({ matched: 1, deleted: 1, held: 0, items: 1, has_more: false });
  expect((await fetch(`${url}/conversations/${gone?.id}`)).status).toBe(404);
  expect((await fetch(`${url}/conversations/${kept?.id}`)).status).toBe(200);
  const rest = await erase('--metadata', 'user=other', '--json');
  expect(JSON.parse(rest.stdout)).toMatchObject({ deleted: 1 });
  await expect.poll(() => isIn(path, `${path}-wal`), { message: 'the words are left' }).toBe(false);
  const copy = folder.path('copy.db');
  await runProcess(['backup', copy, ...at]);
  expect(isIn(copy)).toBe(false);
});

test('an erasure without a filter, of no tenant or with half a pair is refused', async () => {
  await using folder = await temporaryFolder();
  const at = ['--database-url', `sqlite:${folder.path('none.db')}`];
  const codeOf = async (...words: readonly string[]): Promise<string | undefined> => {
    const { code, stderr } = await runProcess([...words, ...at]);
    expect(code).toBe(1);
    return /^colloquy: (\w+):/.exec(stderr)?.[1];
  };
  expect(await codeOf('erase', '--tenant', 't')).toBe('missing_flag');
  expect(await codeOf('erase', '--subject', 's')).toBe('missing_flag');
  expect(await codeOf('erase', '--tenant', 't', '--metadata', 'key')).toBe('invalid_metadata');
  expect(await codeOf('erase', '--tenant', 't', '--subject', 's')).toBe('no_such_database');
  expect(await codeOf('hold', 'keep')).toBe('unknown_action');
  expect(await codeOf('hold', 'add', '--tenant', 't')).toBe('missing_flag');
  const both = ['--subject', 's', '--conversation', 'c', '--reason', 'r'];
  expect(await codeOf('hold', 'add', '--tenant', 't', ...both)).toBe('invalid_hold');
  expect(await codeOf('hold', 'release')).toBe('invalid_hold');
  expect(await codeOf('retention', 'forget')).toBe('unknown_action');
});
