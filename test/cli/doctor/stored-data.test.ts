import { readdirSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { ALL_OK, examine, findingOf, statesOf, type Finding } from '../../support/doctor.ts';
import { runProcess, startProcess, urlOf } from '../../support/process.ts';
import { Counting } from '../../../src/service/counts/counting.ts';
import { openOn } from '../../support/store.ts';
import { fillStore, KINDS, storedDatabase } from '../../support/stored.ts';

describe.each(KINDS)('doctor on %s', (kind) => {
  test('doctor prints one line for each check of an intact store, and changes no file', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    if (kind === 'SQLite') await chmod(stored.path, 0o600);
    const before = kind === 'SQLite' ? readFileSync(stored.path) : undefined;
    const { code, findings } = await examine(stored.url);
    expect(code).toBe(0);
    expect(statesOf(findings)).toEqual({
      ...ALL_OK,
      clock: 'ok',
      ...(kind === 'SQLite' ? { permissions: 'ok', space: 'ok', file: 'ok' } : { rights: 'ok' }),
    });
    expect(findingOf(findings, 'places')?.detail).toBe(
      '3 items of 2 conversations are where they belong',
    );
    const { stdout } = await runProcess(['doctor', '--database-url', stored.url]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(findings.length);
    findings.forEach(({ check }, index) => expect(lines[index]).toMatch(`ok       ${check} `));
    if (before === undefined) return;
    expect(readFileSync(stored.path)).toEqual(before);
    expect(readdirSync(dirname(stored.path))).toEqual(['stored.db']);
  });

  test.each([
    [
      `DELETE FROM conversations WHERE tenant = 't' AND id = 'c'`,
      /: 1 has rows and does not exist \(c\)/,
      `UPDATE items SET data = '{"id":"a"' WHERE id = 'a'`,
      /1 is not JSON \(a of c\)/,
    ],
    [
      `UPDATE conversations SET next_position = 2 WHERE id = 'c'`,
      /not counted \(c\)/,
      `UPDATE items SET data = '"a"' WHERE id = 'a'`,
      /not JSON/,
    ],
    [
      `UPDATE conversations SET next_position = 0 WHERE id = 'd'`,
      /not counted \(d\)/,
      `UPDATE items SET data = '{"id":"b"}' WHERE id = 'a'`,
      /1 has another id/,
    ],
    [
      `UPDATE items SET position = -1 WHERE id = 'a'`,
      /negative/,
      `UPDATE items SET data = '{}' WHERE id = 'a'`,
      /another id/,
    ],
  ])('doctor finds rows that are damaged by %s', async (place, placeDetail, item, itemDetail) => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(place);
    await stored.run(item);
    const { findings } = await examine(stored.url);
    // Other bytes are not those that the conversation has counted.
    const others = findings.filter(({ check }) => check !== 'counts');
    expect(others.filter(({ state }) => state === 'failed')).toEqual([
      expect.objectContaining({ check: 'places', detail: expect.stringMatching(placeDetail) }),
      expect.objectContaining({ check: 'items', detail: expect.stringMatching(itemDetail) }),
    ]);
  });

  test('The SQL in a fix of doctor repairs the rows', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`DELETE FROM conversations WHERE id = 'd'`);
    const statement = async (): Promise<string> => {
      const fix = findingOf((await examine(stored.url)).findings, 'places')?.fix ?? '';
      return /(?:DELETE|UPDATE)[^;]+;/.exec(fix)?.[0] ?? fix;
    };
    await stored.run(await statement());
    await stored.run(`UPDATE conversations SET next_position = 1 WHERE id = 'c' AND tenant = 't'`);
    await stored.run(await statement());
    const { findings } = await examine(stored.url);
    expect(findingOf(findings, 'places')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^2 items/),
    });
  });

  test('doctor finds counts that are wrong, and its statement has a server count anew', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(
      `UPDATE conversations SET item_count = item_count + 1 WHERE id = 'c' AND tenant = 't'`,
    );
    await stored.run(`UPDATE conversations SET item_bytes = 0 WHERE id = 'd'`);
    const counts = async (): Promise<Finding | undefined> =>
      findingOf((await examine(stored.url, ['--full'])).findings, 'counts');
    const found = await counts();
    expect(found).toMatchObject({ state: 'failed', detail: expect.stringMatching(/2 keep other/) });
    await stored.run(/UPDATE[^;]+;/.exec(found?.fix ?? '')?.[0] ?? '');
    expect(await counts()).toMatchObject({
      state: 'ok',
      detail:
        '4 conversations with the counts of their items, 2 of which a server has yet to count',
    });
    await using store = await openOn(stored.url);
    await new Counting(store.counts).countDue();
    expect(await counts()).toMatchObject({
      state: 'ok',
      detail: '4 conversations with the counts of their items',
    });
  });

  test('doctor checks a sample of many items, and all items with --full', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`
      WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 6000)
      INSERT INTO items SELECT 'v', 'conv_' || (n / 100), n % 100, 'i' || n, 'message', '{"id":"i' || n || '"}', 1
      FROM number;
      INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden)
      SELECT DISTINCT tenant, conversation_id, 'o', '{}', '{}', 1, 100, 0 FROM items
      WHERE tenant = 'v';
      UPDATE items SET data = '?' WHERE id = 'i3333'`);
    const sample = findingOf((await examine(stored.url)).findings, 'items');
    expect(sample?.detail).toMatch(/^a sample \(--full checks all\): [\d,]+ items/);
    const drawn = Number(/: ([\d,]+) item/.exec(sample?.detail ?? '')?.[1]?.replace(',', ''));
    expect(drawn).toBeGreaterThan(500);
    expect(drawn).toBeLessThanOrEqual(2_000);
    const full = findingOf((await examine(stored.url, ['--full'])).findings, 'items');
    expect(full).toMatchObject({
      state: 'failed',
      detail: '6,003 items: 1 is not JSON (i3333 of conv_33)',
    });
  });

  test('doctor finds nothing wrong in a store while a server writes to it', async () => {
    await using stored = await storedDatabase(kind);
    await using server = startProcess(['serve', '--port', '0', '--database-url', stored.url]);
    const baseURL = urlOf(await server.firstLine());
    const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
    const stop = new AbortController();
    const writing = [1, 2, 3].map(async () => {
      for (let count = 0; !stop.signal.aborted; count += 1) {
        const items = [{ role: 'user' as const, content: 'hello' }];
        const { id } = await client.conversations.create({ items });
        await client.conversations.items.create(id, { items });
        if (count % 3 === 0) await client.conversations.delete(id);
      }
    });
    for (let round = 0; round < 3; round += 1) {
      const { findings } = await examine(stored.url, ['--full']);
      expect(statesOf(findings)).toMatchObject(ALL_OK);
    }
    stop.abort();
    await Promise.all(writing);
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
  });

  test('doctor reports a newer schema, an older one, a missing one, and that of another program', async () => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    await stored.run(`INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)`);
    const schema = async (): Promise<Finding | undefined> => {
      const { findings } = await examine(stored.url);
      expect(findings.at(-1)?.check).toBe('schema');
      return findings.at(-1);
    };
    expect(await schema()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/version 9999 \(future\)/),
    });
    await stored.run('DELETE FROM schema_migrations WHERE version > 1');
    expect(await schema()).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/^version 1, .* \d+ steps? more/),
    });
    await stored.run('DELETE FROM schema_migrations');
    expect(await schema()).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/no schema yet/),
    });
    await stored.run('DROP TABLE schema_migrations');
    expect(await schema()).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/another program/),
    });
  });
});
