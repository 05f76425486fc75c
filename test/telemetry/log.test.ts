import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createServer, loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';

type Line = Readonly<Record<string, unknown>>;

/** Starts a server that collects the lines of its log. */
async function loggingServer(...settings: readonly string[]) {
  const lines: Line[] = [];
  const config = await loadConfig({
    // The last value of a repeated setting counts.
    arguments: ['--port', '0', '--database-url', 'sqlite::memory:', ...settings],
  });
  const log = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const server = await createServer(config, { log });
  const url = await server.listen();
  const call = async (method: string, path: string, body?: unknown, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as { id: string };
  };
  return {
    lines,
    call,
    requests: () => lines.filter(({ msg }) => msg === 'request' || msg === 'slow request'),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

describe('the log', () => {
  test('The log has one line a request, with its route and never its URL', async () => {
    await using server = await loggingServer();
    const { id } = await server.call('POST', '/conversations', {}, { 'x-request-id': 'mine' });
    await server.call('GET', `/conversations/${id}/items?limit=1`);
    await server.call('GET', '/conversations/conv_none');
    await server.call('GET', '/nowhere');
    const [created, listed, missing, nowhere] = server.requests();
    expect(server.requests()).toHaveLength(4);
    expect(created).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
      msg: 'request',
      request_id: 'mine',
      method: 'POST',
      route: '/v1/conversations',
      status: 200,
      duration_ms: expect.any(Number),
      tenant: 'default',
      subject_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      bytes_in: 2,
      bytes_out: expect.any(Number),
    });
    expect(listed).toMatchObject({ route: '/v1/conversations/{conversation_id}/items' });
    expect(missing).toMatchObject({ status: 404, error: 'conversation_not_found' });
    expect(nowhere).toMatchObject({ status: 404, route: null, error: 'url_not_found' });
    expect(JSON.stringify(server.lines)).not.toContain(id);
  });

  test('The log has no text of a caller at any level, even when requests fail', async () => {
    const secret = `word-${randomUUID()}`;
    await using server = await loggingServer('--log-level', 'trace', '--slow-request', '1');
    const message = { role: 'user', content: secret };
    const { id } = await server.call('POST', '/conversations', {
      metadata: { [secret]: secret },
      items: [message],
    });
    await server.call('GET', `/conversations/${id}/items?after=${secret}`);
    await server.call('GET', `/conversations?metadata[${secret}]=${secret}`);
    await server.call('GET', `/conversations/${secret}`);
    await server.call('GET', `/${secret}`);
    await server.call('POST', '/conversations', { [secret]: 1 });
    await server.call('POST', `/conversations/${id}/items`, { items: [{ role: secret }] });
    await server.call('GET', `/conversations/${id}`, undefined, {
      authorization: `Bearer ${secret}`,
      cookie: secret,
      'user-agent': secret,
    });
    expect(server.requests()).toHaveLength(8);
    expect(JSON.stringify(server.lines)).not.toContain(secret);
  });

  test('The log names the phase in which a slow request spent most of its time', async () => {
    await using server = await loggingServer('--slow-request', '1');
    const items = Array.from({ length: 20 }, () => ({
      role: 'user',
      content: 'x'.repeat(500_000),
    }));
    await server.call('POST', '/conversations', { items });
    const [line] = server.requests();
    expect(line).toMatchObject({ level: 'warn', msg: 'slow request', status: 200 });
    const phases = line?.['phases_ms'] as Record<string, number>;
    expect(Object.keys(phases)).toEqual([
      'parse',
      'authorise',
      'queue',
      'read',
      'commit',
      'serialise',
    ]);
    const longest = Object.entries(phases).toSorted(([, a], [, b]) => b - a)[0]?.[0];
    expect(line?.['phase']).toBe(longest);
    const sum = Object.values(phases).reduce((total, ms) => total + ms, 0);
    expect(sum).toBeCloseTo(Number(line?.['duration_ms']), 0);
  });

  test('A write that waits for another process spends that time in the phase queue', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('held.db');
    const settings = ['--slow-request', '100', '--database-url', `sqlite:${path}`];
    await using server = await loggingServer(...settings);
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const created = server.call('POST', '/conversations', {});
    setTimeout(() => other.exec('COMMIT'), 300);
    await created;
    const [line] = server.requests();
    expect(line).toMatchObject({ msg: 'slow request', phase: 'queue' });
  });

  test.each([
    ['warn', 0],
    ['silent', 0],
    ['info', 1],
  ])('At the level %s a request makes %i lines', async (level, count) => {
    await using server = await loggingServer('--log-level', level);
    await server.call('POST', '/conversations', {});
    expect(server.requests()).toHaveLength(count);
  });

  test('The log hashes a subject together with its tenant', async () => {
    await using folder = await temporaryFolder();
    const database = ['--database-url', `sqlite:${folder.path('x.db')}`];
    const key = async (subject: string, tenant: string) => {
      const { stdout } = await runProcess([
        'keys',
        'create',
        '--subject',
        subject,
        '--tenant',
        tenant,
        '--json',
        ...database,
      ]);
      return (JSON.parse(stdout) as { key: string }).key;
    };
    const keys = [await key('ann', 'a'), await key('ann', 'a'), await key('ann', 'b')];
    await using server = await loggingServer('--auth', 'keys', ...database);
    for (const one of keys) {
      await server.call('POST', '/conversations', {}, { authorization: `Bearer ${one}` });
    }
    const hashes = server.requests().map((line) => line['subject_hash']);
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
    expect(JSON.stringify(server.lines)).not.toContain('ann');
  });
});

test.each([
  ['auto', /^\{"level":"info".*"route":"\/health".*\}$/m],
  ['pretty', /INFO.*: .*request GET \/health 200 [\d.]+ ms .*\n/],
])(
  'On a pipe, the log format %s has the form that a collector expects',
  async (format, expected) => {
    const settings = ['--port', '0', '--database-url', 'sqlite::memory:', '--log-format', format];
    await using server = startProcess(['serve', ...settings]);
    const url = urlOf(await server.firstLine());
    await fetch(url.replace('/v1', '/health'));
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.finished();
    expect(code).toBe(0);
    expect(stderr).toMatch(expected);
  },
);
