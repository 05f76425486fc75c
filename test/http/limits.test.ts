import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { messages } from '../support/texts.ts';

const texts = (count: number): string[] => Array.from({ length: count }, () => 'x');

test('the number of items per request and of a page are settings', async () => {
  await using server = await startServer('--max-items-per-request', '30', '--max-page-size', '200');
  const { conversations } = server.client;
  const { id } = await conversations.create();
  await conversations.items.create(id, { items: messages(...texts(30)) });
  expect((await conversations.items.list(id, { limit: 200 })).data).toHaveLength(30);
});

test.each([
  [10, 10],
  [200, 20],
])(
  'a server with pages of at most %i items serves %i by default and documents both',
  async (maximum, usual) => {
    await using server = await startServer('--max-page-size', String(maximum));
    const { conversations } = server.client;
    const items = messages(...texts(20));
    const { id } = await conversations.create({ items });
    await conversations.items.create(id, { items });
    expect((await conversations.items.list(id)).data).toHaveLength(usual);
    const { body } = await server.request('/openapi.json');
    for (const path of ['/v1/conversations', '/v1/conversations/{conversation_id}/items']) {
      const limit = { name: 'limit', schema: expect.objectContaining({ maximum, default: usual }) };
      expect(body, path).toMatchObject({
        paths: {
          [path]: {
            get: { parameters: expect.arrayContaining([expect.objectContaining(limit)]) },
          },
        },
      });
    }
  },
);
