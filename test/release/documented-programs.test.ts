import { cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, type Folder } from '../support/folder.ts';
import { codeBlocks, compileTo, ROOT, runNode, runNodeWith } from '../support/repository.ts';
import {
  chunk,
  DONE,
  json,
  startModelServer,
  streamed,
  type ScriptedAnswer,
} from '../support/model-server.ts';
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

/** Answers of a model that speaks, one for each text. */
function spoken(...texts: readonly string[]): readonly ScriptedAnswer[] {
  return texts.map((content) => streamed(chunk({ content }), chunk({}, 'stop'), DONE));
}

const CALL = streamed(
  chunk({
    tool_calls: [
      { index: 0, id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
    ],
  }),
  chunk({}, 'tool_calls'),
  DONE,
);

/** Programs of the documentation, with the answers of their model and what they print. */
const PROGRAMS = [
  {
    page: 'README.md',
    number: 0,
    answers: spoken('Hello, Ada.', 'Ada.'),
    prints: 'Hello, Ada.\nAda.\n',
  },
  {
    page: 'docs/responses.md',
    number: 0,
    answers: spoken('Hello.', 'Ada.'),
    prints: 'Hello. Ada.\n',
  },
  {
    page: 'docs/responses.md',
    number: 1,
    answers: spoken('Como.', 'Deep.', 'Low.'),
    prints: 'Deep. Low.\n',
  },
  {
    page: 'docs/responses.md',
    number: 2,
    answers: spoken('Once.'),
    prints: 'completed Once.\n',
    isOneTurn: true,
  },
  {
    page: 'docs/responses.md',
    number: 3,
    answers: spoken('Hello.', 'Ada.'),
    prints: 'Hello.\nAda.\n',
  },
  {
    page: 'docs/responses.md',
    number: 4,
    answers: [CALL, ...spoken('It is.')],
    prints: 'It is.\n',
  },
  {
    page: 'docs/history.md',
    number: 0,
    answers: spoken('Como.', 'Deep.', 'Cold.', 'Large.'),
    prints: 'Cold. Large.\n',
  },
  {
    page: 'docs/long-histories.md',
    number: 0,
    answers: [json({ object: 'list', data: [] }), ...spoken('Hello.', 'Ada.')],
    prints: 'Ada.\n',
  },
];

test.each(PROGRAMS)(
  'the program number $number of $page runs as it stands',
  async ({ page, number, answers, prints, isOneTurn = false }) => {
    await using model = await startModelServer(...answers);
    await using server = await startServer('--model-url', model.url);
    const code = codeBlocks(page, 'ts')[number] ?? '';
    const here = code.replace('http://127.0.0.1:4141/v1', server.url);
    expect(here, 'the program must name the URL of a local server').not.toBe(code);
    expect(await runNode(ROOT, '--input-type=module-typescript', '--eval', here)).toBe(prints);
    // The last request has what was said before.
    const messages = model.requests.at(-1)?.body?.['messages'];
    const least = isOneTurn ? 1 : 3;
    expect((messages as readonly unknown[]).length).toBeGreaterThanOrEqual(least);
  },
);

test.each(['docs/responses.md', 'docs/history.md', 'docs/long-histories.md'])(
  'every program of %s is run',
  (name) => {
    const run = PROGRAMS.filter(({ page }) => page === name);
    expect(codeBlocks(name, 'ts')).toHaveLength(run.length);
  },
);

test('the example chat.ts streams its answers, and continues a conversation', async () => {
  const models = json({ object: 'list', data: [{ id: 'small' }] });
  await using model = await startModelServer(models, ...spoken('Hello, Ada.', 'It is Ada.'));
  await using server = await startServer('--model-url', model.url);
  const chat = (input: string, ...args: readonly string[]): Promise<string> =>
    runNodeWith(input, 'examples/chat.ts', '--url', server.url, ...args);
  const first = await chat('I am Ada.\nWhat is my name?\n');
  expect(first).toMatch(/^small, conv_\w+\. .*\n> Hello, Ada\.\n> It is Ada\.\n> $/);
  const [conversation = ''] = /conv_\w+/.exec(first) ?? [];
  model.play(...spoken('Goodbye.'));
  const second = await chat('Bye.\n', '--model', 'small', '--conversation', conversation);
  expect(second).toContain('> Goodbye.\n');
  expect(model.requests.at(-1)?.body?.['messages']).toMatchObject([
    { role: 'user', content: 'I am Ada.' },
    { role: 'assistant', content: 'Hello, Ada.' },
    { role: 'user', content: 'What is my name?' },
    { role: 'assistant', content: 'It is Ada.' },
    { role: 'user', content: 'Bye.' },
  ]);
});

test('the example chat.ts prints a refusal, and goes on', async () => {
  await using model = await startModelServer(json({ error: { message: 'too hot' } }, 400));
  await using server = await startServer('--model-url', model.url);
  const args = ['--url', server.url, '--model', 'small'];
  const output = await runNodeWith('Hello\nHello\n', 'examples/chat.ts', ...args);
  expect(output.match(/^> 400 .*too hot$/gm)).toHaveLength(2);
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
  expect(outputs).toEqual([
    '',
    expect.stringContaining("text: 'Hello'"),
    '1 call_without_output\n',
  ]);
});
