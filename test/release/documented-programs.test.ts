import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { codeBlocks, compileTo, ROOT, runNode } from '../support/repository.ts';
import { startServer } from '../support/server.ts';

/** A folder of a program that uses the package. */
let folder: Folder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await installPackage();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Installs the package into the folder as npm would, with the dependencies of this clone. */
async function installPackage(): Promise<void> {
  const modules = folder.path('node_modules');
  const target = join(modules, 'colloquy');
  await mkdir(target, { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await compileTo(join(target, 'dist'));
  for (const name of ['package.json', 'migrations']) {
    await cp(join(ROOT, name), join(target, name), { recursive: true });
  }
  await writeFile(folder.path('package.json'), '{ "type": "module" }');
}

test('the program of the README runs as it stands', async () => {
  await using server = await startServer();
  const [code = ''] = codeBlocks('README.md', 'ts');
  const here = code.replace('http://127.0.0.1:4141/v1', server.url);
  expect(here, 'the program must name the URL of a local server').not.toBe(code);
  const output = await runNode(ROOT, '--input-type=module-typescript', '--eval', here);
  expect(output).toContain("text: 'Hello!'");
});

test('the example agent-conversation.ts runs and prints its transcript', async () => {
  await using server = await startServer();
  const output = await runNode(ROOT, 'examples/agent-conversation.ts', server.url);
  expect(output).toMatch(/^system: /m);
  expect(output).toMatch(/^\(leave\) given$/m);
  expect(output.trim().split('\n').at(-1)).toMatch(/^assistant: Oeschinensee/);
});

test('the example embedded.ts runs and type-checks against the published package', async () => {
  const cwd = folder.path('.');
  await cp(join(ROOT, 'examples/embedded.ts'), folder.path('embedded.ts'));
  const output = await runNode(cwd, 'embedded.ts', './app.db');
  expect(output.trim().split('\n')).toEqual([
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
  await runNode(cwd, 'node_modules/typescript/bin/tsc');
});

test('the programs of docs/embedding.md run as they stand', async () => {
  const outputs: string[] = [];
  for (const [index, code] of codeBlocks('docs/embedding.md', 'ts').entries()) {
    await writeFile(folder.path(`${index}.ts`), code);
    outputs.push(await runNode(folder.path('.'), `${index}.ts`));
  }
  expect(outputs).toEqual(['', expect.stringContaining("text: 'Hello'")]);
});
