import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { runProcess, startProcess, urlOf } from '../support/process.ts';

/** Name, arguments, environment, code, and a part of the fix. */
const CASES: [string, string[], Record<string, string>, string, string][] = [
  ['an unknown flag', ['serve', '--prot', '1'], {}, 'unknown_setting', '--port'],
  [
    'a flag of a key of the file',
    ['serve', '--trash-days', '5'],
    {},
    'unknown_setting',
    'retention.trash_days is a key',
  ],
  [
    'a flag of a section',
    ['serve', '--retention-days', '5'],
    {},
    'unknown_setting',
    'retention is a section',
  ],
  ['an unknown variable', ['serve'], { COLLOQUY_PROT: '1' }, 'unknown_setting', 'COLLOQUY_PORT'],
  ['an unknown command', ['serv'], {}, 'unknown_command', 'serve'],
  ['an unknown action', ['migrate', 'down'], {}, 'unknown_action', 'colloquy migrate up'],
  [
    'the distribution of a SQLite database',
    ['migrate', 'distribute', '--database-url', 'sqlite::memory:'],
    {},
    'citus_absent',
    'CREATE EXTENSION citus',
  ],
  ['a loose argument', ['serve', 'now'], {}, 'unexpected_argument', '--name VALUE'],
  ['a flag without its value', ['serve', '--port'], {}, 'missing_value', '--port PORT'],
  ['a port out of range', ['serve', '--port', '99999'], {}, 'invalid_setting', '0 to 65535'],
  ['an unknown dialect', ['serve'], { COLLOQUY_DIALECT: 'x' }, 'invalid_setting', 'llama-stack'],
  [
    'a URL of another kind of database',
    ['serve', '--database-url', 'mysql://x'],
    {},
    'invalid_setting',
    'sqlite:',
  ],
  [
    'a public address without authentication',
    ['serve', '--host', '0.0.0.0'],
    {},
    'anonymous_on_network',
    '--allow-anonymous',
  ],
  ['a missing config file', ['serve', '--config', 'none.yaml'], {}, 'unreadable_config', 'exists'],
  [
    'a misspelt :memory:',
    ['serve', '--database-url', 'sqlite::memry:'],
    {},
    'invalid_setting',
    ':memory:',
  ],
  ['an address in brackets', ['serve', '--host', '[::1]'], {}, 'invalid_setting', 'brackets'],
  [
    'a database in a folder that does not exist',
    ['serve', '--port', '0', '--database-url', 'sqlite:/no/such/folder/x.db'],
    {},
    'cannot_open_database',
    'folder',
  ],
];
test.each(CASES)(
  'The command line refuses %s, with a code and a fix',
  async (_name, args, environment, code, fix) => {
    const { code: exitCode, stdout, stderr } = await runProcess(args, { environment });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^colloquy: ${code}: .+\n  fix: .+\n$`));
    expect(stderr.split('fix: ')[1]).toContain(fix);
  },
);

test('serve refuses a config file with an unknown key, without a map, or that is not YAML', async () => {
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
])('An error does not repeat the password of the database URL %s', async (url) => {
  const { code, stdout, stderr } = await runProcess(['migrate', 'up', '--database-url', url]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^colloquy: \w+: .+\n {2}fix: .+\n$/);
  expect(stdout + stderr).not.toMatch(/s3|cret/);
});

test('Variables that Kubernetes sets for a service named colloquy are not refused', async () => {
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

test('serve refuses a port in use and an unknown host, and names the flag to change', async () => {
  await using server = startProcess(['serve', '--port', '0', '--database-url', 'sqlite::memory:']);
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

test('serve refuses a file that is not a database', async () => {
  await using folder = await temporaryFolder();
  const path = folder.path('x.db');
  await writeFile(path, 'this is text, and long enough not to be taken for an empty database');
  const { code, stderr } = await runProcess(['serve', '--database-url', `sqlite:${path}`]);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot_open_database');
});
