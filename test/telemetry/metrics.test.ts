import { readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { startProcess, urlOf } from '../support/process.ts';

/** Returns the samples of a text in Prometheus's format, by name with labels. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

async function fetched(origin: string): Promise<ReadonlyMap<string, number>> {
  return samplesOf(await (await fetch(`${origin}/metrics`)).text());
}

describe('/metrics', () => {
  test('The metrics count requests, items, commits and denials, and have no id in a label', async () => {
    // The index of words has commits of its own.
    await using server = await startServer('--rate-limit-per-address', '20', '--search', 'off');
    const { id } = await server.client.conversations.create({
      items: [
        { role: 'user', content: 'a' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      ],
    });
    await server.client.conversations.items.list(id);
    await server.client.conversations.retrieve(id);
    // A refused write does not count as a write.
    const items = [{ role: 'user' as const, content: 'a' }];
    await expect(server.client.conversations.items.create('conv_none', { items })).rejects.toThrow(
      '404',
    );
    await server.request('/none');
    const statuses: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      statuses.push((await server.request(`/v1/conversations/${id}`)).status);
    }
    const denied = statuses.filter((status) => status === 429).length;
    expect(denied).toBeGreaterThan(0);
    const samples = await fetched(server.origin);
    const of = (name: string): number | undefined => samples.get(name);
    expect(
      of('colloquy_http_requests_total{method="POST",route="/v1/conversations",status="200"}'),
    ).toBe(1);
    expect(of('colloquy_http_requests_total{method="GET",route="none",status="404"}')).toBe(1);
    expect(
      of('colloquy_http_request_duration_seconds_count{method="POST",route="/v1/conversations"}'),
    ).toBe(1);
    expect(of('colloquy_items_total{direction="written",type="message"}')).toBe(1);
    expect(of('colloquy_items_total{direction="written",type="function_call"}')).toBe(1);
    expect(of('colloquy_items_total{direction="read",type="message"}')).toBe(1);
    expect(of('colloquy_denials_total{reason="too_many_requests"}')).toBe(denied);
    expect(of('colloquy_commit_writes_sum')).toBe(1);
    expect(of('colloquy_commit_duration_seconds_count')).toBe(1);
    expect(of('colloquy_commit_wait_seconds_count')).toBe(1);
    for (const name of ['commit_duration', 'commit_wait']) {
      // Some milliseconds, in seconds.
      expect(of(`colloquy_${name}_seconds_sum`)).toBeGreaterThan(0);
      expect(of(`colloquy_${name}_seconds_sum`)).toBeLessThan(1);
    }
    expect(of('colloquy_store_queued')).toBe(0);
    expect(of('colloquy_database_bytes')).toBeGreaterThan(4096);
    expect(of('colloquy_http_connections')).toBeGreaterThan(0);
    expect(of('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect([...samples.keys()].join('\n')).not.toContain('conv_');
  });

  test('An unknown method has no label of its own', async () => {
    await using server = await startServer();
    await fetch(`${server.origin}/health`, { method: 'PROPFIND' });
    const names = [...(await fetched(server.origin)).keys()].join('\n');
    expect(names).not.toContain('PROPFIND');
    expect(names).toContain('method="other"');
  });

  test('The metrics count hits and misses of the key cache', async () => {
    await using server = await startServer('--auth', 'keys', '--metrics', 'on');
    for (let n = 0; n < 20; n += 1) {
      const authorization = `Bearer clq_${'x'.repeat(43)}`;
      await server.request('/v1/conversations', { headers: { authorization } });
    }
    const samples = await fetched(server.origin);
    const lookups = (result: string): number =>
      samples.get(`colloquy_cache_lookups_total{cache="api_keys",result="${result}"}`) ?? 0;
    expect(lookups('miss')).toBeGreaterThan(0);
    expect(lookups('hit')).toBeGreaterThan(0);
    expect(lookups('hit') + lookups('miss')).toBe(20);
    expect(samples.get('colloquy_denials_total{reason="wrong_credentials"}')).toBe(20);
  });

  test.each([
    [[], 200],
    [['--metrics', 'off'], 404],
    [['--auth', 'keys'], 404],
    [['--auth', 'keys', '--metrics', 'on'], 200],
  ])('The route /metrics with the settings %j answers %i', async (settings, status) => {
    await using server = await startServer(...settings);
    expect((await fetch(`${server.origin}/metrics`)).status).toBe(status);
  });

  test('The metrics can have a port of their own', async () => {
    await using server = startProcess([
      'serve',
      '--port',
      '0',
      '--database-url',
      'sqlite::memory:',
      '--metrics',
      '127.0.0.1:0',
    ]);
    const url = urlOf(await server.firstLine());
    const [, own = ''] =
      /metrics on (http:\/\/[\d.:]+)/.exec(await server.errorText(/metrics on/)) ?? [];
    await new OpenAI({ baseURL: url, apiKey: 'any' }).conversations.create({});
    expect((await fetch(url.replace('/v1', '/metrics'))).status).toBe(404);
    const samples = await fetched(own);
    expect(samples.get('colloquy_commit_writes_sum')).toBe(1);
    expect((await fetch(`${own}/v1/conversations`)).status).toBe(404);
  });

  test('The documentation has every metric of the server, and no other', async () => {
    const file = new URL('../../docs/operations.md', import.meta.url);
    const rows = readFileSync(file, 'utf8').matchAll(/^\| `(colloquy_\w+)`/gm);
    const documented = [...rows].map(([, name]) => name);
    await using server = await startServer();
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    const served = [...text.matchAll(/^# TYPE (colloquy_\w+)/gm)].map(([, name]) => name);
    // Only PostgreSQL has a pool.
    const all = new Set([...served, 'colloquy_database_connections']);
    expect(new Set(documented)).toEqual(all);
  });

  test('The server has every metric that the dashboard shows', async () => {
    const file = new URL('../../docs/grafana/colloquy.json', import.meta.url);
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const named = expressions.flatMap(
      (text) => text.match(/\b(colloquy|nodejs|process)_\w+/g) ?? [],
    );
    expect(expressions.length).toBeGreaterThan(10);
    await using server = await startServer();
    await server.client.conversations.create({ items: [{ role: 'user', content: 'a' }] });
    const text = await (await fetch(`${server.origin}/metrics`)).text();
    const present = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const metricOf = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');
    const absent = named.filter((name) => !present.has(name) && !present.has(metricOf(name)));
    // Only PostgreSQL has a pool.
    const isSqlite = !present.has('colloquy_database_connections');
    expect(
      absent.filter((name) => !(isSqlite && name === 'colloquy_database_connections')),
    ).toEqual([]);
  });
});
