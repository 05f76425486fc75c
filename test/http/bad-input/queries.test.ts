import { afterAll, expect, test } from 'vitest';
import { servedOperations } from '../../support/operations.ts';
import { startRefusalTarget } from '../../support/refusals.ts';

const target = await startRefusalTarget('--strict');
afterAll(() => target[Symbol.asyncDispose]());

test.each([
  [
    'limit=0',
    "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    'limit',
    'integer_below_min_value',
  ],
  [
    'limit=-1',
    "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got -1 instead.",
    'limit',
    'integer_below_min_value',
  ],
  [
    'limit=101',
    "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
    'limit',
    'integer_above_max_value',
  ],
  [
    'limit=99999999999999999999',
    "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 99999999999999999999 instead.",
    'limit',
    'integer_above_max_value',
  ],
  [
    'limit=abc',
    "Invalid type for 'limit': expected an integer, but got a string instead.",
    'limit',
    'invalid_type',
  ],
  [
    'limit=1.5',
    "Invalid type for 'limit': expected an integer, but got a decimal number instead.",
    'limit',
    'invalid_type',
  ],
  [
    'limit=1&limit=2',
    "Invalid type for 'limit': expected a single value, but got an array instead.",
    'limit',
    'invalid_type',
  ],
  [
    'order=up',
    "Invalid value: 'up'. Supported values are: 'asc' and 'desc'.",
    'order',
    'invalid_value',
  ],
  ['first=msg_1', "Unknown parameter: 'first'.", 'first', 'unknown_parameter'],
  ['limits=1', "Unknown parameter: 'limits'. Did you mean 'limit'?", 'limits', 'unknown_parameter'],
])('listing items answers 400 to the query %s', async (query, text, param, code) => {
  const { status, body } = await target.server.request(`${target.path}/items?${query}`);
  expect(status).toBe(400);
  expect(body).toEqual({
    error: { message: text, type: 'invalid_request_error', param, code },
  });
});

test('an unknown, foreign or deleted cursor is answered 404', async () => {
  const { client } = target.server;
  const other = await client.conversations.create({ items: [{ role: 'user', content: 'x' }] });
  const foreign = (await client.conversations.items.list(other.id)).data[0]?.id ?? '';
  const mine = await client.conversations.create({ items: [{ role: 'user', content: 'y' }] });
  const deleted = (await client.conversations.items.list(mine.id)).data[0]?.id ?? '';
  await client.conversations.items.delete(deleted, { conversation_id: mine.id });
  for (const cursor of ['msg_unknown', foreign, deleted]) {
    const { status, body } = await target.server.request(
      `/v1/conversations/${mine.id}/items?after=${cursor}`,
    );
    expect(status, cursor).toBe(404);
    expect(body).toEqual({
      error: {
        message: `No item found with id '${cursor}'`,
        type: 'invalid_request_error',
        param: 'after',
        code: null,
      },
    });
  }
});

test.each(await servedOperations())(
  '$id answers 400 to an unknown query parameter',
  async ({ method, template }) => {
    const { first_id: itemId } = await target.server.client.conversations.items.create(
      target.conversationId,
      { items: [{ role: 'user', content: 'x' }] },
    );
    const path = template
      .replace('{conversation_id}', target.conversationId)
      .replace('{item_id}', itemId);
    const body = method === 'POST' ? '{"metadata":{},"items":[]}' : undefined;
    expect(await target.send(method, `${path}?bogus=1`, body)).toMatchObject({
      status: 400,
      error: { code: 'unknown_parameter', param: 'bogus' },
    });
  },
);
