import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/index.ts';
import { startAccessServer } from '../support/access.ts';
import { temporaryFolder } from '../support/folder.ts';
import { codeBlocks } from '../support/repository.ts';

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
