import { afterAll, expect, test } from 'vitest';
import { startRefusalTarget } from '../../support/refusals.ts';

const { send, path, ...target } = await startRefusalTarget();
afterAll(() => target[Symbol.asyncDispose]());

const ODD_IDS = [
  'foo',
  'a/b',
  "'; DROP TABLE items; --",
  '"',
  'a\u0000b',
  '..',
  '💬',
  'x'.repeat(5000),
  '%',
  'conv_?x#y',
];

test.each(ODD_IDS.map((id) => ({ id, name: JSON.stringify(id).slice(0, 30) })))(
  'the odd id $name is answered 404 as one that is missing',
  async ({ id }) => {
    const encoded = id === '..' ? '%2E%2E%2E' : encodeURIComponent(id);
    // An answer shows at most 200 characters of an id.
    const shown = id === '..' ? '...' : id.length > 200 ? `${id.slice(0, 200)}...` : id;
    for (const method of ['GET', 'DELETE']) {
      expect(await send(method, `/v1/conversations/${encoded}`)).toMatchObject({
        status: 404,
        error: { message: `Conversation with id '${shown}' not found.`, param: null, code: null },
      });
      expect(await send(method, `${path}/items/${encoded}`)).toMatchObject({
        status: 404,
        error: { message: `Item with id '${shown}' not found in conversation.` },
      });
    }
    expect(await send('GET', `${path}/items?after=${encoded}`)).toMatchObject({
      status: 404,
      error: { param: 'after' },
    });
  },
);

test('a broken percent sign is refused', async () => {
  expect(await send('GET', '/v1/conversations/%zz')).toMatchObject({ status: 400 });
});
