import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

describe('the official client', () => {
  test('creates, reads, updates and deletes a conversation', async () => {
    await using server = await startServer();
    const { client } = server;
    const created = await client.conversations.create({ metadata: { topic: 'demo' } });
    expect(created).toMatchObject({ object: 'conversation', metadata: { topic: 'demo' } });
    expect(created.id).toMatch(/^conv_[0-9a-f]{48}$/);
    expect(await client.conversations.retrieve(created.id)).toEqual(created);
    const updated = await client.conversations.update(created.id, { metadata: { other: 'x' } });
    expect(updated).toEqual({ ...created, metadata: { other: 'x' } });
    expect(await client.conversations.delete(created.id)).toEqual({
      id: created.id,
      object: 'conversation.deleted',
      deleted: true,
    });
    await expect(client.conversations.retrieve(created.id)).rejects.toThrow(
      `404 Conversation with id '${created.id}' not found.`,
    );
  });

  test('appends, reads and deletes items', async () => {
    await using server = await startServer();
    const { client } = server;
    const { id } = await client.conversations.create({
      items: [{ role: 'user', content: 'first' }],
    });
    const added = await client.conversations.items.create(id, {
      items: [
        { type: 'message', role: 'assistant', content: 'second' } as never,
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
      ],
    });
    expect(added.data.map(({ type }) => type)).toEqual(['message', 'function_call']);
    expect(added).toMatchObject({ first_id: added.data[0]?.id, last_id: added.data[1]?.id });
    const listed = await client.conversations.items.list(id, { order: 'asc' });
    expect(listed.data.slice(1)).toEqual(added.data);
    const [first] = listed.data;
    expect(first).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{48}$/),
      type: 'message',
      status: 'completed',
      content: [{ type: 'input_text', text: 'first' }],
      role: 'user',
    });
    const itemId = first?.id ?? '';
    expect(await client.conversations.items.retrieve(itemId, { conversation_id: id })).toEqual(
      first,
    );
    const after = await client.conversations.items.delete(itemId, { conversation_id: id });
    expect(after).toEqual(await client.conversations.retrieve(id));
    await expect(
      client.conversations.items.retrieve(itemId, { conversation_id: id }),
    ).rejects.toThrow(`404 Item with id '${itemId}' not found in conversation.`);
  });
});

describe('auto-pagination', () => {
  test('walks 250 items in both orders, with every page size', async () => {
    await using server = await startServer();
    const { items } = server.client.conversations;
    const { id } = await server.client.conversations.create();
    const expected: string[] = [];
    // All within the same second or two, in batches of changing size.
    for (let start = 0; start < 250;) {
      const size = Math.min(1 + (start % 20), 250 - start);
      const batch = Array.from({ length: size }, (_, index) => `text ${start + index}`);
      await items.create(id, {
        items: batch.map((content) => ({ role: 'user' as const, content })),
      });
      expected.push(...batch);
      start += size;
    }
    for (const [order, texts] of [
      ['asc', expected],
      ['desc', expected.toReversed()],
    ] as const) {
      for (const limit of [1, 7, 20, 100]) {
        const walked: unknown[] = [];
        for await (const item of items.list(id, { order, limit })) {
          walked.push(item.type === 'message' ? item.content[0] : undefined);
        }
        expect(walked).toEqual(texts.map((text) => ({ type: 'input_text', text })));
      }
    }
    const byDefault = await items.list(id);
    expect(byDefault.data).toHaveLength(20);
    expect(byDefault.has_more).toBe(true);
    expect(byDefault.data[0]).toMatchObject({ content: [{ text: 'text 249' }] });
  });

  test('has_more is true only where there is more', async () => {
    await using server = await startServer();
    const { id } = await server.client.conversations.create({
      items: ['a', 'b', 'c', 'd'].map((content) => ({ role: 'user' as const, content })),
    });
    const page = async (
      query: string,
    ): Promise<Record<string, unknown> & { data: { id: string }[] }> =>
      (await server.request(`/v1/conversations/${id}/items?limit=2&order=asc${query}`))
        .body as never;
    const two = await page('');
    expect(Object.keys(two)).toEqual(['object', 'data', 'first_id', 'has_more', 'last_id']);
    const ids = two.data.map((item) => item.id);
    expect(two).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[1] });
    const rest = await page(`&after=${ids[1]}`);
    expect(rest.data).toHaveLength(2);
    expect(rest).toMatchObject({ has_more: false });
    expect(await page(`&after=${rest.data[1]?.id}`)).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    });
  });
});

describe('what a request may leave out', () => {
  test('a conversation needs no body, and null and empty values are fine', async () => {
    await using server = await startServer();
    const { conversations } = server.client;
    for (const body of [undefined, null, {}, { items: [] }, { items: null, metadata: null }]) {
      expect(await conversations.create(body)).toMatchObject({ metadata: {} });
    }
    const { id } = await conversations.create({ metadata: { a: 'b' } });
    expect(await conversations.update(id, { metadata: null })).toMatchObject({ metadata: {} });
    expect(await conversations.items.create(id, { items: [] })).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      has_more: false,
      last_id: null,
    });
  });

  test('any token, or none, is the same caller', async () => {
    await using server = await startServer();
    const { id } = await server.client.conversations.create();
    for (const headers of [{}, { authorization: 'Bearer other' }]) {
      expect((await server.request(`/v1/conversations/${id}`, { headers })).status).toBe(200);
    }
  });

  test('created_at is in seconds', async () => {
    await using server = await startServer();
    const { created_at } = await server.client.conversations.create();
    expect(Math.abs(created_at - Date.now() / 1000)).toBeLessThan(60);
    expect(Number.isInteger(created_at)).toBe(true);
    expect(created_at * 1000).toBeLessThanOrEqual(Date.now());
  });
});

describe('the llama-stack dialect', () => {
  test('answers the deletion of an item with a deletion object', async () => {
    await using server = await startServer('--dialect', 'llama-stack');
    const { id } = await server.client.conversations.create({
      items: [{ role: 'user', content: 'x' }],
    });
    const item = (await server.client.conversations.items.list(id)).data[0]?.id ?? '';
    const deleted = await server.client.conversations.items.delete(item, { conversation_id: id });
    expect(deleted).toEqual({ id: item, object: 'conversation.item.deleted', deleted: true });
  });
});

describe('limits', () => {
  test('items per request and page size are settings', async () => {
    await using server = await startServer(
      '--max-items-per-request',
      '30',
      '--max-page-size',
      '200',
    );
    const { id } = await server.client.conversations.create();
    const items = Array.from({ length: 30 }, () => ({ role: 'user' as const, content: 'x' }));
    await server.client.conversations.items.create(id, { items });
    const page = await server.client.conversations.items.list(id, { limit: 200 });
    expect(page.data).toHaveLength(30);
  });

  test.each([
    [10, 10],
    [200, 20],
  ])(
    'with pages of at most %i, the usual one has %i, as the document says',
    async (most, usual) => {
      await using server = await startServer('--max-page-size', String(most));
      const items = Array.from({ length: 20 }, () => ({ role: 'user' as const, content: 'x' }));
      const { id } = await server.client.conversations.create({ items });
      await server.client.conversations.items.create(id, { items });
      expect((await server.client.conversations.items.list(id)).data).toHaveLength(usual);
      const { body } = await server.request('/openapi.json');
      for (const path of ['/v1/conversations', '/v1/conversations/{conversation_id}/items']) {
        const limit = {
          name: 'limit',
          schema: expect.objectContaining({ maximum: most, default: usual }),
        };
        expect(body).toMatchObject({
          paths: {
            [path]: {
              get: { parameters: expect.arrayContaining([expect.objectContaining(limit)]) },
            },
          },
        });
      }
    },
  );
});
