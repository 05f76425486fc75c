import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startAccessServer } from '../support/access.ts';
import { startServer } from '../support/server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
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
});

test('the example runs and prints its transcript', async () => {
  await using server = await startServer();
  const { stdout } = await runNode('examples/agent-conversation.ts', server.url);
  expect(stdout).toMatch(/^system: /m);
  expect(stdout).toMatch(/^\(leave\) given$/m);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^assistant: Oeschinensee/);
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(pages)('the links of %s lead somewhere', (page) => {
  for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^\w+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    expect(existsSync(join(ROOT, file)), target).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(read(file)), target).toContain(anchor);
  }
});

describe.each(['docs/access.md', 'docs/moving-from-llama-stack.md'])(
  'what %s configures',
  (page) => {
    const blocks = [...read(page).matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = '']) => yaml);

    test.each(blocks)('%#: starts a server', async (yaml) => {
      await using access = await startAccessServer(yaml);
      expect((await access.call(undefined, 'GET', '/ready')).status).toBe(200);
      expect((await access.call(undefined, 'GET', '/v1/conversations')).status).toBe(401);
    });
  },
);

test('the config file of docs/configuration.md is one', async () => {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(read('docs/configuration.md')) ?? [];
  await using folder = await temporaryFolder();
  await writeFile(folder.path('colloquy.yaml'), yaml);
  const config = await loadConfig({ arguments: ['--config', folder.path('colloquy.yaml')] });
  expect(config.maxItemsPerRequest).toBe(100);
});

test('every page of docs is in its index', () => {
  const index = read('docs/README.md');
  for (const name of readdirSync(join(ROOT, 'docs'))) {
    if (name.endsWith('.md') && name !== 'README.md') expect(index).toContain(`](${name})`);
  }
});

test('every package and its reason is in ARCHITECTURE.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const architecture = read('ARCHITECTURE.md');
  const packages = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  for (const name of Object.keys(packages)) expect(architecture).toContain(`\`${name}\``);
});
