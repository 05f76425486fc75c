import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { ITEM_SAMPLES } from '../../support/item-samples.ts';
import { newConversation, postItems, storeItem, type Item } from '../../support/posting.ts';
import { startServer } from '../../support/server.ts';

/** The schemas of the served document in which item types have their examples. */
interface Schemas {
  readonly [title: string]: {
    readonly anyOf?: readonly { readonly $ref: string }[];
    readonly examples?: readonly Item[];
  };
}

const server = await startServer('--strict');
afterAll(() => server[Symbol.asyncDispose]());
const { body } = await server.request('/openapi.json');
// Sound: the document has components, and the types above are optional in each.
const { schemas } = (body as { components: { schemas: Schemas } }).components;

/** Returns the document's example of a type, from the union of all types. */
function documentedExample(union: 'InputItem' | 'ConversationItem', type: string): Item {
  const examples = schemas[union]?.anyOf?.flatMap(
    ({ $ref }) => schemas[$ref.split('/').at(-1) ?? '']?.examples ?? [],
  );
  const example = examples?.find((candidate) => candidate['type'] === type);
  if (example === undefined)
    throw new Error(`${union} of the document lacks an example of ${type}`);
  return example;
}

test('the document describes as many item types as there are samples', () => {
  expect(schemas['ConversationItem']?.anyOf).toHaveLength(ITEM_SAMPLES.length);
});

test.each(ITEM_SAMPLES)(
  'an item of type $type is stored, and read back as it was sent with its defaults',
  async (sample) => {
    const sent = {
      type: sample.type,
      ...(sample.idRequired ? { id: `${sample.prefix}_1a` } : {}),
      ...sample.sent,
    };
    const conversation = await newConversation(server);
    const { items } = await postItems(server, conversation, [sent]);
    const item = items[0];
    expect(item).toEqual({
      id: expect.stringMatching(new RegExp(`^${sample.prefix}_`)),
      ...sent,
      ...sample.added,
    });
    const read = await server.request(`/v1/conversations/${conversation}/items/${item?.id}`);
    expect(read.body).toEqual(item);
  },
);

test.each(ITEM_SAMPLES)(
  'the example of type $type in the document is served as the document shows it',
  async ({ type }) => {
    const sent = documentedExample('InputItem', type);
    const served = await storeItem(server, sent);
    expect(served).toEqual({ ...documentedExample('ConversationItem', type), id: served.id });
    expect(served).toMatchObject(sent);
  },
);

const completed = { status: 'completed' };

test.each<[string, object]>([
  ['message', completed],
  ['function_call', completed],
  ['function_call_output', completed],
  ['file_search_call', { results: null }],
  ['computer_call_output', completed],
  ['tool_search_call', { ...completed, call_id: null, execution: 'server' }],
  ['tool_search_output', { ...completed, call_id: null, execution: 'server' }],
  ['shell_call', { ...completed, environment: null }],
  ['shell_call_output', { ...completed, max_output_length: null }],
  ['mcp_approval_response', { reason: null }],
  ['mcp_call', { approval_request_id: null, error: null, output: null }],
])('an item of type %s gets the fields that OpenAI always shows', async (type, added) => {
  const sample = ITEM_SAMPLES.find((candidate) => candidate.type === type);
  const id = sample?.idRequired === true ? { id: `${sample.prefix}_added` } : {};
  expect(await storeItem(server, { type, ...id, ...sample?.sent })).toMatchObject(added);
});

test('the limits of a shell call are null when they were left out', async () => {
  const action = { commands: ['ls'] };
  const item = await storeItem(server, { type: 'shell_call', call_id: 'call_1', action });
  expect(item['action']).toEqual({ ...action, max_output_length: null, timeout_ms: null });
});

test.each(ITEM_SAMPLES.filter(({ idRequired }) => idRequired))(
  'an item of type $type is refused without its id',
  async ({ type, sent }) => {
    const conversation = await newConversation(server);
    const { status, error } = await postItems(server, conversation, [{ type, ...sent }]);
    expect(status).toBe(400);
    expect(error).toEqual({
      message: "Missing required parameter: 'items[0].id'.",
      type: 'invalid_request_error',
      param: 'items[0].id',
      code: 'missing_required_parameter',
    });
  },
);

test.each(ITEM_SAMPLES)(
  'null in an optional field of type $type counts as omitted',
  async ({ type, prefix, idRequired, sent }) => {
    // Two ids, since an id that is stored would link the stored item.
    const withId = (id: string) =>
      idRequired || Object.hasOwn(sent, 'id') ? { id: `${prefix}_${id}` } : {};
    const nulls = Object.fromEntries(
      ['status', 'caller'].filter((key) => !Object.hasOwn(sent, key)).map((key) => [key, null]),
    );
    const comparable = (item: Item) =>
      Object.entries(item).filter(([key, value]) => key !== 'id' && value !== null);
    const withNulls = await storeItem(server, { type, ...sent, ...withId('nulls'), ...nulls });
    const without = await storeItem(server, { type, ...sent, ...withId('plain') });
    expect(comparable(withNulls)).toEqual(comparable(without));
  },
);

const RECORDED = JSON.parse(
  readFileSync(new URL('../../fixtures/recorded-items.json', import.meta.url), 'utf8'),
) as Item[];
const EVERYTHING = [
  'web_search_call.action.sources',
  'web_search_call.results',
  'file_search_call.results',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
].map((value) => `include[]=${value}`);

test.each(RECORDED)(
  'an item of type $type recorded from the real service comes back unchanged, key order included',
  async (item) => {
    const back = await storeItem(server, item, `?${EVERYTHING.join('&')}`);
    expect(back).toEqual(item);
    expect(Object.keys(back)).toEqual(Object.keys(item));
  },
);
