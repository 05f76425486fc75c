import { writeFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { examine, findingOf } from '../support/doctor.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';
import { message } from '../support/search.ts';
import { KINDS, storedDatabase, type StoredDatabase } from '../support/stored.ts';
import { append, minted, newConversation, openOn } from '../support/store.ts';

async function fill({ url }: StoredDatabase): Promise<void> {
  await using store = await openOn(url);
  for (const id of ['a', 'b', 'c']) {
    await store.conversations.create({ ...newConversation(id), items: minted(`${id}1`, `${id}2`) });
  }
  await append(store, 'a', minted('a3'));
}

async function run(command: string, { url }: StoredDatabase): Promise<string> {
  const { code, stdout, stderr } = await runProcess(['search', command, '--database-url', url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe.each(KINDS)('search of %s', (kind) => {
  test('status says what waits, and rebuild makes the index', async () => {
    await using stored = await storedDatabase(kind);
    await fill(stored);
    const waiting = '0 items in the index\n7 positions of 3 conversations waiting\n';
    expect(await run('status', stored)).toBe(waiting);
    expect(await run('rebuild', stored)).toBe('7 items indexed.\n');
    const done = '7 items in the index\n0 positions of 0 conversations waiting\n';
    expect(await run('status', stored)).toBe(done);
    expect(await run('rebuild', stored)).toBe('7 items indexed.\n');
    expect(await run('status', stored)).toBe(done);
  });

  test('rebuild works while a server writes, and nothing is missing or twice afterwards', async () => {
    await using stored = await storedDatabase(kind);
    await using server = startProcess(['serve', '--port', '0', '--database-url', stored.url]);
    const url = urlOf(await server.firstLine());
    const client = new OpenAI({ baseURL: url, apiKey: 'any' });
    const write = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        await client.conversations.create({ items: [message('user', `steady ${index}`)] });
      }
    };
    await write(20);
    await Promise.all([write(40), run('rebuild', stored)]);
    const search = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ query: 'steady', limit: 100 });
    const found = async (): Promise<number> => {
      const response = await fetch(`${url}/conversations/search`, { ...search, body });
      // Sound: the answer of a search.
      const { data } = (await response.json()) as { data: { item_id: string }[] };
      expect(new Set(data.map(({ item_id: id }) => id)).size).toBe(data.length);
      return data.length;
    };
    await expect.poll(found).toBe(60);
    const { findings } = await examine(stored.url);
    expect(findingOf(findings, 'search')?.state).toBe('ok');
  });

  test('doctor finds items that the index lacks', async () => {
    await using stored = await storedDatabase(kind);
    await fill(stored);
    await run('rebuild', stored);
    await stored.run(`DELETE FROM indexed_items WHERE conversation_id = 'b'`);
    const { findings } = await examine(stored.url);
    const finding = findingOf(findings, 'search');
    expect(finding?.state).toBe('failed');
    expect(finding?.detail).toMatch(/the index lacks 2 of 7 items \((b1, b2|b2, b1)\)/);
    expect(finding?.fix).toContain('colloquy search rebuild');
    await run('rebuild', stored);
    const after = await examine(stored.url);
    expect(findingOf(after.findings, 'search')?.state).toBe('ok');
  });

  test('an import leaves nothing waiting', async () => {
    await using source = await storedDatabase(kind);
    await using target = await storedDatabase(kind);
    await fill(source);
    const exported = await runProcess(['export', '--database-url', source.url]);
    await using folder = await temporaryFolder();
    const input = folder.path('archive.jsonl');
    await writeFile(input, exported.stdout);
    const imported = await runProcess(['import', '--database-url', target.url], { input });
    expect(imported.code, imported.stderr).toBe(0);
    expect(await run('status', target)).toMatch(/^7 items in the index\n0 positions/);
  });
});
