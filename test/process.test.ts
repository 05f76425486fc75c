import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { createServer, loadConfig } from '../src/index.ts';
import { temporaryFolder } from './support/folder.ts';
import { runProcess, startProcess, urlOf } from './support/process.ts';

const clientOf = (line: string): OpenAI =>
  new OpenAI({ baseURL: urlOf(line), apiKey: 'any', maxRetries: 0 });

describe('serve', () => {
  test('needs no setting, prints one line, and keeps its data over a restart', async () => {
    await using folder = await temporaryFolder();
    const cwd = folder.path('.');
    // The port is the only thing set, so that tests can run side by side.
    const start = () => startProcess(['serve', '--port', '0'], { cwd });
    let id: string;
    {
      await using server = start();
      const line = await server.firstLine();
      expect(line).toMatch(
        /^colloquy \d+\.\d+\.\d+ listening on http:\/\/127\.0\.0\.1:\d+\/v1 \(database sqlite:\.\/colloquy\.db\)$/,
      );
      const client = clientOf(line);
      ({ id } = await client.conversations.create({ items: [{ role: 'user', content: 'kept' }] }));
      server.child.kill('SIGTERM');
      expect(await server.finished()).toMatchObject({
        code: 0,
        stdout: `${line}\n`,
        stderr: expect.stringMatching(
          /"msg":"stopping: finishing what is under way".*\n.*"msg":"stopped".*\n$/,
        ),
      });
    }
    // What people say is nobody else's on this machine.
    expect(statSync(folder.path('colloquy.db')).mode & 0o077).toBe(0);
    expect(existsSync(folder.path('colloquy.db-wal'))).toBe(false);
    await using server = start();
    const { data } = await clientOf(await server.firstLine()).conversations.items.list(id);
    expect(data).toMatchObject([{ content: [{ text: 'kept' }] }]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s finishes what is under way', async (signal) => {
    await using server = startProcess([
      'serve',
      '--port',
      '0',
      '--database-url',
      'sqlite::memory:',
    ]);
    const url = new URL(urlOf(await server.firstLine()));
    const body = JSON.stringify({ metadata: { a: 'b' } });
    const socket = connect(Number(url.port), url.hostname);
    const answer = new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    socket.write(
      `POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    server.child.kill(signal);
    await server.errorText(/stopping/);
    // New connections are refused while the old one is served to its end.
    await expect(fetch(`${url.origin}/health`)).rejects.toThrow('fetch failed');
    socket.write(body.slice(5));
    expect(await answer).toMatch(
      /^HTTP\/1\.1 200 OK[^]*connection: close[^]*"metadata":\{"a":"b"\}/,
    );
    expect(await server.finished()).toMatchObject({ code: 0 });
  });

  test('who is still sending when the time is over is cut off', { timeout: 20_000 }, async () => {
    const settings = ['--database-url', 'sqlite::memory:', '--drain-timeout', '1'];
    await using server = startProcess(['serve', '--port', '0', ...settings]);
    const { port, hostname } = new URL(urlOf(await server.firstLine()));
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
  });

  test('what is at work when the time is over is still recorded', { timeout: 20_000 }, async () => {
    await using folder = await temporaryFolder();
    const [path, audit] = [folder.path('held.db'), folder.path('audit.log')];
    const settings = ['--database-url', `sqlite:${path}`, '--audit-log', audit];
    await using server = startProcess([
      'serve',
      '--port',
      '0',
      '--drain-timeout',
      '1',
      ...settings,
    ]);
    const url = urlOf(await server.firstLine());
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const headers = { 'content-type': 'application/json' };
    const sent = fetch(`${url}/conversations`, { method: 'POST', headers, body: '{}' });
    const cutOff = expect(sent).rejects.toThrow('fetch failed');
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.child.kill('SIGTERM');
    await cutOff;
    other.exec('COMMIT');
    expect(await server.finished()).toMatchObject({ code: 0 });
    expect(await readFile(audit, 'utf8')).toContain('"operation":"createConversation"');
  });

  // Elsewhere no device is always full.
  test.skipIf(process.platform !== 'linux')(
    'a log that cannot be written keeps nobody from serving and stopping',
    async () => {
      const settings = ['--database-url', 'sqlite::memory:', '--log-format', 'json'];
      await using server = startProcess(['serve', '--port', '0', ...settings], {
        through: ['sh', '-c', 'exec "$@" 2>/dev/full', 'sh'],
      });
      const url = urlOf(await server.firstLine());
      expect((await fetch(`${url}/conversations`)).status).toBe(200);
      server.child.kill('SIGTERM');
      expect(await server.finished()).toMatchObject({ code: 0 });
    },
  );

  test('a log that nobody reads any more keeps nobody from stopping', async () => {
    const settings = ['--database-url', 'sqlite::memory:', '--log-format', 'json'];
    await using server = startProcess(['serve', '--port', '0', ...settings]);
    await server.firstLine();
    server.child.stderr?.destroy();
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 0 });
  });

  test.skipIf(process.platform !== 'linux')(
    'an audit log on standard output that is lost is told of',
    async () => {
      const settings = ['--database-url', 'sqlite::memory:', '--audit-log', '-'];
      await using server = startProcess(['serve', '--port', '0', ...settings], {
        output: '/dev/full',
      });
      const [url] = /http:\/\/\S+\/v1/.exec(await server.errorText(/listening on \S+\/v1/)) ?? [];
      const headers = { 'content-type': 'application/json' };
      const created = await fetch(`${url}/conversations`, { method: 'POST', headers, body: '{}' });
      expect(created.status).toBe(200);
      await server.errorText(/no audit line for createConversation, answered 200/);
    },
  );

  test('whoever asks a server to close again waits, too', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('closing.db');
    const config = await loadConfig({
      arguments: ['--port', '0', '--database-url', `sqlite:${path}`],
    });
    const server = await createServer(config);
    await server.listen();
    const first = server.close();
    await server.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    await first;
  });

  test('a second signal exits at once', async () => {
    await using server = startProcess([
      'serve',
      '--port',
      '0',
      '--database-url',
      'sqlite::memory:',
    ]);
    const url = new URL(urlOf(await server.firstLine()));
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/conversations HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n',
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    server.child.kill('SIGTERM');
    await server.errorText(/stopping/);
    expect(server.child.exitCode).toBeNull();
    server.child.kill('SIGTERM');
    expect(await server.finished()).toMatchObject({ code: 1 });
    socket.destroy();
  });

  test('settings: a flag wins over the environment, which wins over the file', async () => {
    await using folder = await temporaryFolder();
    const file = folder.path('settings.yaml');
    await writeFile(file, 'port: 1\ndatabase_url: sqlite:./from-file.db\nmax_page_size: 7\n');
    await using server = startProcess(['serve', '--port=0'], {
      cwd: folder.path('.'),
      environment: { COLLOQUY_CONFIG: file, COLLOQUY_PORT: '2', COLLOQUY_MAX_PAGE_SIZE: '8' },
    });
    const line = await server.firstLine();
    expect(line).toContain('sqlite:./from-file.db');
    expect(new URL(urlOf(line)).port).not.toBe('2');
    const client = clientOf(line);
    const { id } = await client.conversations.create();
    await expect(client.conversations.items.list(id, { limit: 9 })).rejects.toThrow('<= 8');
  });
});

describe('what the command line refuses', () => {
  const cases: [string, string[], Record<string, string>, string, string][] = [
    ['a flag', ['serve', '--prot', '1'], {}, 'unknown_setting', '--port'],
    ['a variable', ['serve'], { COLLOQUY_PROT: '1' }, 'unknown_setting', 'COLLOQUY_PORT'],
    ['a command', ['serv'], {}, 'unknown_command', 'serve'],
    ['an action', ['migrate', 'down'], {}, 'unknown_action', 'colloquy migrate up'],
    ['a loose argument', ['serve', 'now'], {}, 'unexpected_argument', '--name VALUE'],
    ['a flag without its value', ['serve', '--port'], {}, 'missing_value', '--port PORT'],
    ['a port that is none', ['serve', '--port', '99999'], {}, 'invalid_setting', '0 to 65535'],
    [
      'a dialect that is none',
      ['serve'],
      { COLLOQUY_DIALECT: 'x' },
      'invalid_setting',
      'llama-stack',
    ],
    [
      'a database that is none',
      ['serve', '--database-url', 'mysql://x'],
      {},
      'invalid_setting',
      'sqlite:',
    ],
    ['strangers', ['serve', '--host', '0.0.0.0'], {}, 'anonymous_on_network', '--allow-anonymous'],
    [
      'a missing config file',
      ['serve', '--config', 'none.yaml'],
      {},
      'unreadable_config',
      'exists',
    ],
    [
      'a misspelt :memory:',
      ['serve', '--database-url', 'sqlite::memry:'],
      {},
      'invalid_setting',
      ':memory:',
    ],
    ['an address in brackets', ['serve', '--host', '[::1]'], {}, 'invalid_setting', 'brackets'],
    [
      'a folder that is not there',
      ['serve', '--port', '0', '--database-url', 'sqlite:/no/such/folder/x.db'],
      {},
      'cannot_open_database',
      'folder',
    ],
  ];
  test.each(cases)('%s', async (_name, args, environment, code, fix) => {
    const { code: exitCode, stdout, stderr } = await runProcess(args, { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^colloquy: ${code}: .+\n  fix: .+\n$`));
    expect(stderr.split('fix: ')[1]).toContain(fix);
  });

  test('a key of the config file, a file that is no map, and one that is no YAML', async () => {
    await using folder = await temporaryFolder();
    const run = async (content: string): Promise<string> => {
      const file = folder.path('c.yaml');
      await writeFile(file, content);
      return (await runProcess(['serve', '--config', file])).stderr;
    };
    expect(await run('hots: x\n')).toMatch(
      /unknown_setting: Unknown setting hots \(line 1 of .*\n.*nearest is host/,
    );
    expect(await run('- a\n')).toContain('it is not a map');
    expect(await run('a: [\n')).toContain('unreadable_config');
    expect(await run('port: [1]\n')).toContain('invalid_setting');
  });

  test.each([
    'postgres://u:s3cret@127.0.0.1:1/d',
    'postgres://u:s3/cret@127.0.0.1:1/d',
    'postgres://u:s3#cret@127.0.0.1:1/d',
    'postgres://u:s3@cret@127.0.0.1:1/d',
    'postgres://u:s3%cret@127.0.0.1:1/d',
    'postgres://u:s3cret@127.0.0.1:1/d?sslmode=on',
    'postgres://u:s3cret@127.0.0.1:1/d?sslmod=require',
    'mysql://u:s3cret@h/d',
    'postgres:u:s3cret@h/d',
    'postgres//u:s3cret@h/d',
    'u:s3cret@h/d',
    'postgres://u:s3cret',
    'postgres://h/d?password=s3cret#x',
    'postgres://u:12/s3cret@h',
    'postgres://u:1234?s3cret@h/d',
  ])('no password of a database URL is repeated: %s', async (url) => {
    const { code, stdout, stderr } = await runProcess(['migrate', 'up', '--database-url', url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^colloquy: \w+: .+\n {2}fix: .+\n$/);
    expect(stdout + stderr).not.toMatch(/s3|cret/);
  });

  test('but not what Kubernetes puts into the environment beside a service of that name', async () => {
    const environment = {
      COLLOQUY_PORT: 'tcp://10.0.0.1:4141',
      COLLOQUY_SERVICE_HOST: '10.0.0.1',
      COLLOQUY_SERVICE_PORT_HTTP: '4141',
      COLLOQUY_PORT_4141_TCP_ADDR: '10.0.0.1',
    };
    const { code } = await runProcess(['migrate', 'status', '--database-url', 'sqlite:none.db'], {
      environment,
    });
    expect(code).toBe(0);
  });

  test('a port in use', async () => {
    await using server = startProcess([
      'serve',
      '--port',
      '0',
      '--database-url',
      'sqlite::memory:',
    ]);
    const { port } = new URL(urlOf(await server.firstLine()));
    const second = await runProcess(['serve', '--port', port, '--database-url', 'sqlite::memory:']);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('port_in_use') });
    const settings = ['--database-url', 'sqlite::memory:', '--metrics', `127.0.0.1:${port}`];
    const third = await runProcess(['serve', '--port', '0', ...settings]);
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(
      /port_in_use.*Port \d+ on.*\n {2}fix: .*another port with --metrics/,
    );
    const elsewhere = ['--database-url', 'sqlite::memory:', '--metrics', 'nowhere.invalid:9464'];
    const fourth = await runProcess(['serve', '--port', '0', ...elsewhere]);
    expect(fourth.code).toBe(1);
    expect(fourth.stderr).toMatch(/cannot_listen.*on nowhere\.invalid, port 9464.*\n.*--metrics/);
  });

  test('a file that is not a database', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('x.db');
    await writeFile(path, 'this is text, and long enough not to be taken for an empty database');
    const { code, stderr } = await runProcess(['serve', '--database-url', `sqlite:${path}`]);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot_open_database');
  });
});

describe('other commands', () => {
  test('version and help', async () => {
    expect((await runProcess(['version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await runProcess(['--version'])).stdout).toMatch(/^\d/);
    for (const args of [[], ['help'], ['--help']]) {
      expect((await runProcess(args)).stdout).toMatch(/^ {2}serve +Serve/m);
    }
    const { stdout } = await runProcess(['help', 'serve']);
    expect(stdout).toContain('--database-url URL, COLLOQUY_DATABASE_URL');
    expect((await runProcess(['serve', '--help'])).stdout).toBe(stdout);
  });

  test('migrate shows and does what is pending, also beside a running server', async () => {
    await using folder = await temporaryFolder();
    const database = ['--database-url', `sqlite:${folder.path('m.db')}`];
    expect((await runProcess(['migrate', 'status', ...database])).stdout).toMatch(/^pending 1 /);
    expect(existsSync(folder.path('m.db'))).toBe(false);
    expect((await runProcess(['migrate', 'up', ...database])).stdout).toMatch(/^applied 1 /);
    expect((await runProcess(['migrate', 'up', ...database])).stdout).toContain('up to date');
    await using server = startProcess(['serve', '--port', '0', ...database]);
    await server.firstLine();
    expect((await runProcess(['migrate', 'status', ...database])).stdout).toMatch(/^applied 1 /);
  });

  test('keys says what it does not know before it looks for a database', async () => {
    await using folder = await temporaryFolder();
    const database = ['--database-url', `sqlite:${folder.path('k.db')}`];
    const codeOf = async (...words: string[]): Promise<string | undefined> => {
      const { code, stderr } = await runProcess(['keys', ...words, ...database]);
      expect(code).toBe(1);
      return /^colloquy: (\w+):/.exec(stderr)?.[1];
    };
    expect(await codeOf('frobnicate')).toBe('unknown_action');
    expect(await codeOf('revoke')).toBe('no_such_key');
    expect(await codeOf('revoke', 'key_1', '--tenant', 'other')).toBe('unknown_setting');
    expect(await codeOf('list', '--subject', 'nobody')).toBe('unknown_setting');
    expect(await codeOf('list')).toBe('no_such_database');
  });

  test('commands leave an older schema as it is', async () => {
    await using folder = await temporaryFolder();
    const path = folder.path('older.db');
    const database = ['--database-url', `sqlite:${path}`];
    await runProcess(['migrate', 'up', ...database]);
    {
      using other = new DatabaseSync(path);
      other.exec('DELETE FROM schema_migrations WHERE version > 1');
    }
    const commands = [['keys', 'list'], ['keys', 'create', '--subject', 'ann'], ['export']];
    for (const words of commands) {
      const { code, stderr } = await runProcess([...words, ...database]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('schema_is_older')]);
    }
    expect((await runProcess(['migrate', 'status', ...database])).stdout).toContain('pending 2');
  });

  test('strangers are served where that is asked for', async () => {
    await using server = startProcess([
      'serve',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--allow-anonymous',
      '--database-url',
      'sqlite::memory:',
    ]);
    expect(await server.firstLine()).toContain('listening on http://0.0.0.0:');
    server.child.kill('SIGHUP');
    const { code, stderr } = await server.finished();
    expect(code).toBe(0);
    expect(stderr).toMatch(/"level":"warn".*everyone who can reach /);
  });
});
