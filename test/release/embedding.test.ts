import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { temporaryFolder, type Folder } from '../support/folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** A folder with the example and the package as npm would put it there, its dependencies taken from the clone. */
async function userProgram(): Promise<Folder> {
  const folder = await temporaryFolder();
  const modules = folder.path('node_modules');
  const target = join(modules, 'colloquy');
  await mkdir(target, { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  // Built here and not into dist, which another test or benchmark may be running from.
  const build = ['--project', 'tsconfig.build.json', '--outDir', join(target, 'dist')];
  await run(process.execPath, ['node_modules/typescript/bin/tsc', ...build], { cwd: ROOT });
  for (const name of ['package.json', 'migrations']) {
    await cp(join(ROOT, name), join(target, name), { recursive: true });
  }
  await cp(join(ROOT, 'examples/embedded.ts'), folder.path('embedded.ts'));
  await writeFile(folder.path('package.json'), '{ "type": "module" }');
  return folder;
}

test('the embedded example runs and type-checks against the published package', async () => {
  await using folder = await userProgram();
  const cwd = folder.path('.');
  const { stdout } = await run(process.execPath, ['embedded.ts', './app.db'], { cwd });
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^message .*Hello/),
    expect.stringMatching(/^message .*Are you there/),
    'no conversation for this reader',
    expect.stringMatching(/^message .*Hello/),
    expect.stringMatching(/^message .*Are you there/),
    expect.stringMatching(/^message .*Hello over HTTP/),
  ]);

  const options = { strict: true, module: 'nodenext', target: 'es2024', types: ['node'] };
  const compilerOptions = { ...options, skipLibCheck: true, noEmit: true };
  const config = { compilerOptions, files: ['embedded.ts'] };
  await writeFile(folder.path('tsconfig.json'), JSON.stringify(config));
  await run(process.execPath, ['node_modules/typescript/bin/tsc'], { cwd });
});

test('the programs of docs/embedding.md run as they stand', async () => {
  await using folder = await userProgram();
  const page = await readFile(join(ROOT, 'docs/embedding.md'), 'utf8');
  const programs = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => code);
  const outputs: string[] = [];
  for (const [index, code] of programs.entries()) {
    await writeFile(folder.path(`${index}.ts`), code);
    const { stdout } = await run(process.execPath, [`${index}.ts`], { cwd: folder.path('.') });
    outputs.push(stdout);
  }
  expect(outputs).toEqual(['', expect.stringContaining("text: 'Hello'")]);
});

test('a program gives settings by name, and they win over what else is given', async () => {
  const config = await loadConfig({
    settings: { port: 0, userIsolation: false, databaseUrl: 'sqlite::memory:' },
    arguments: ['--port', '9', '--host', '::1'],
  });
  expect(config).toMatchObject({ port: 0, host: '::1', database: { path: ':memory:' } });
  const misspelt = { prot: 1 } as object;
  await expect(loadConfig({ settings: misspelt })).rejects.toMatchObject({
    code: 'unknown_setting',
    fix: expect.stringContaining('port'),
  });
  await expect(loadConfig({ settings: { port: -1 } })).rejects.toThrow("port is '-1'");
});
