import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../src/config/settings.ts';
import { startAccessServer } from './support/access.ts';
import { startServer } from './support/server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const runNode = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { PATH: process.env['PATH'] } });

const pages = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md') && !name.includes('node_modules'),
);

describe('the README', () => {
  test('its TypeScript runs as it stands', async () => {
    await using server = await startServer();
    const code = /```ts\n([^]*?)```/.exec(read('README.md'))?.[1] ?? '';
    const here = code.replace('http://127.0.0.1:4141/v1', server.url);
    expect(here).not.toBe(code);
    const { stdout } = await runNode('--input-type=module-typescript', '--eval', here);
    expect(stdout).toContain("text: 'Hello!'");
  });

  test('its table has every setting with its variable and default', () => {
    const readme = read('README.md');
    for (const { name, fallback } of Object.values(SETTINGS)) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`--${name}\``)) ?? '';
      expect(row).toContain(`\`COLLOQUY_${name.replaceAll('-', '_').toUpperCase()}\``);
      expect(row).toContain(fallback === '' ? '|' : `\`${fallback}\``);
      expect(row).not.toBe('');
    }
  });
});

test('the example runs and prints its transcript', async () => {
  await using server = await startServer();
  const { stdout } = await runNode('examples/agent-conversation.ts', server.url);
  expect(stdout).toMatch(/^system: /m);
  expect(stdout).toMatch(/^\(leave\) given$/m);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^assistant: Oeschinensee/);
});

test.each(pages)('the links of %s lead somewhere', (page) => {
  for (const [, target = ''] of read(page).matchAll(/\]\(([^)#]+)\)/g)) {
    if (!target.startsWith('http')) {
      expect(existsSync(join(ROOT, dirname(page), target)), target).toBe(true);
    }
  }
});

describe('the configurations of docs/access.md', () => {
  const blocks = [...read('docs/access.md').matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, yaml = '']) => yaml,
  );

  test.each(blocks)('%#: starts a server', async (yaml) => {
    await using access = await startAccessServer(yaml);
    expect((await access.call(undefined, 'GET', '/ready')).status).toBe(200);
    expect((await access.call(undefined, 'GET', '/v1/conversations')).status).toBe(401);
  });
});

test('every package and its reason is in ARCHITECTURE.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const architecture = read('ARCHITECTURE.md');
  const packages = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  for (const name of Object.keys(packages)) expect(architecture).toContain(`\`${name}\``);
});
