import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { startAccessServer } from '../support/access.ts';
import { temporaryFolder } from '../support/folder.ts';
import { codeBlocks, readText } from '../support/repository.ts';

const EXAMPLES = ['docs/access.md', 'docs/moving-from-llama-stack.md'].flatMap((page) =>
  codeBlocks(page, 'yaml').map((yaml, index) => ({ page, number: index + 1, yaml })),
);

test.each(EXAMPLES)(
  'a server starts with the config file number $number of $page and authenticates',
  async ({ yaml }) => {
    await using access = await startAccessServer(yaml);
    expect((await access.call(undefined, 'GET', '/ready')).status).toBe(200);
    expect((await access.call(undefined, 'GET', '/v1/conversations')).status).toBe(401);
  },
);

test('the config file of docs/configuration.md is accepted', async () => {
  const [yaml = ''] = codeBlocks('docs/configuration.md', 'yaml');
  await using folder = await temporaryFolder();
  await writeFile(folder.path('colloquy.yaml'), yaml);
  const config = await loadConfig({ arguments: ['--config', folder.path('colloquy.yaml')] });
  expect(config.maxItemsPerRequest).toBe(100);
});

test('the config file of docs/responses.md is accepted, with its model servers', async () => {
  const [yaml = ''] = codeBlocks('docs/responses.md', 'yaml');
  await using folder = await temporaryFolder();
  await writeFile(folder.path('colloquy.yaml'), yaml);
  const config = await loadConfig({
    arguments: ['--config', folder.path('colloquy.yaml')],
    environment: { OPENAI_API_KEY: 'sk-1' },
  });
  expect(config).toMatchObject({
    defaultModel: 'qwen3:4b',
    modelServers: [
      { name: 'local', profile: 'ollama', models: ['qwen3*', 'gemma3*'] },
      { name: 'hosted', profile: 'openai', key: 'sk-1' },
    ],
  });
});

const STARTS = ['README.md', 'docs/responses.md', 'examples/chat.ts'].flatMap((page) =>
  [...readText(page).matchAll(/\bnpm start -- (--model-url [^\n#]*\w)/g)].map(([, flags = '']) => ({
    page,
    flags,
  })),
);

test.each(STARTS)('the flags $flags of $page name a model server', async ({ flags }) => {
  const { modelServers } = await loadConfig({ arguments: flags.split(' ') });
  expect(modelServers).toHaveLength(1);
  expect(modelServers[0]?.profile, 'name the profile of the server').not.toBe('generic');
});

test('docs/responses.md has the flags of at least five model servers', () => {
  expect(STARTS.filter(({ page }) => page === 'docs/responses.md').length).toBeGreaterThan(4);
});

test('the model servers of docs/embedding.md are accepted', async () => {
  const modelServers = [{ name: 'local', url: 'http://127.0.0.1:11434/v1', profile: 'ollama' }];
  const page = readText('docs/embedding.md');
  expect(page).toContain(
    "[{ name: 'local', url: 'http://127.0.0.1:11434/v1', profile: 'ollama' }]",
  );
  const config = await loadConfig({ settings: { modelServers } });
  expect(config.modelServers).toMatchObject(modelServers);
});
