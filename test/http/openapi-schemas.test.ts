/** The schemas of the served document, against a validator that is not the server's own. */

import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { ITEM_DEFINITIONS } from '../../src/contract/items/table.ts';
import { asJsonSchema } from '../../src/contract/schema/schema.ts';
import { newConversation, postItems, type Item } from '../support/posting.ts';
import { startServer } from '../support/server.ts';

type Sent = Omit<Item, 'id'>;

/** A field of each type that is checked in both modes, with a value that its schema lacks. */
const WRONG_FIELDS: Readonly<Record<string, object>> = {
  message: { role: 'nobody' },
  function_call: { arguments: 1 },
  function_call_output: { output: 1 },
  reasoning: { summary: 'text' },
  compaction: { encrypted_content: 1 },
  mcp_approval_request: { name: 1 },
  mcp_approval_response: { approve: 'yes' },
  mcp_call: { arguments: 1 },
  custom_tool_call: { input: 1 },
  custom_tool_call_output: { output: [{}] },
};
const TYPES = ITEM_DEFINITIONS.map(({ type, example }) => ({ type, example: example as Sent }));
const CHECKED = ITEM_DEFINITIONS.filter(({ handling }) => handling === 'checked');
const message = { type: 'message', role: 'user' };
const shellCall = { call_id: 'call_1', action: { commands: ['ls'] } };
const longId = 'a'.repeat(65);

/** Starts a server, and returns checks by the document that it serves. */
async function openMode(mode: string, ...settings: readonly string[]) {
  const server = await startServer(...settings);
  const { body } = await server.request('/openapi.json');
  // Sound: the document has components.
  const document = body as { components: { schemas: Readonly<Record<string, object>> } };
  const ajv = new Ajv2020({ strict: false, formats: { unixtime: true } });
  ajv.addSchema(document, 'document');
  const check = (title: string) => ajv.compile({ $ref: `document#/components/schemas/${title}` });
  return {
    mode,
    document,
    fitsInput: check('InputItem'),
    fitsServed: check('ConversationItem'),
    post: async (item: unknown) => postItems(server, await newConversation(server), [item]),
    close: () => server[Symbol.asyncDispose](),
  };
}

const MODES = [await openMode('liberal'), await openMode('strict', '--strict')];
afterAll(async () => {
  await Promise.all(MODES.map(({ close }) => close()));
});

/** Returns the pointers of the schemas in a document that have values and no type. */
function untypedValues(node: unknown, pointer = ''): readonly string[] {
  const isData = /\/(?:examples|enum|default|required)$/.test(pointer);
  if (typeof node !== 'object' || node === null || isData) return [];
  const isSchema = !pointer.endsWith('/properties');
  const isUntyped = isSchema && ('enum' in node || 'const' in node) && !('type' in node);
  const inner = Object.entries(node).flatMap(([key, value]) =>
    untypedValues(value, `${pointer}/${key}`),
  );
  return isUntyped ? [pointer, ...inner] : inner;
}

/** Returns an item with null in each optional field that it lacks. */
function withNulls(type: string, example: Sent): Sent {
  const definition = ITEM_DEFINITIONS.find((candidate) => candidate.type === type);
  const { anyOf, ...schema } = asJsonSchema(definition?.create ?? {});
  const { properties = {}, required = [] } = anyOf?.[0] ?? schema;
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return { ...Object.fromEntries(optional.map((name) => [name, null])), ...example };
}

describe.each(MODES)('$mode', ({ mode, document, fitsInput, fitsServed, post }) => {
  test(`the ${mode} document is valid OpenAPI 3.1`, async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test(`each enumeration and each constant of the ${mode} document has a type`, () => {
    expect(untypedValues(document)).toEqual([]);
  });

  test(`each named schema of the ${mode} document has its name as its title`, () => {
    const names = Object.entries(document.components.schemas);
    expect(names.map(([, schema]) => asJsonSchema(schema).title)).toEqual(
      names.map(([name]) => name),
    );
  });

  test.each(TYPES)(
    `the ${mode} document describes the example of type $type as sent and as served`,
    async ({ example }) => {
      expect(fitsInput(example), JSON.stringify(fitsInput.errors)).toBe(true);
      const { status, items } = await post(example);
      expect(status).toBe(200);
      expect(fitsServed(items[0]), JSON.stringify(fitsServed.errors)).toBe(true);
    },
  );

  test.each(TYPES)(
    `the ${mode} document describes an item of type $type with nulls in its optional fields`,
    async ({ type, example }) => {
      const sent = withNulls(type, example);
      expect(fitsInput(sent), JSON.stringify(fitsInput.errors)).toBe(true);
      const { status, items } = await post(sent);
      expect(status).toBe(200);
      expect(fitsServed(items[0]), JSON.stringify(fitsServed.errors)).toBe(true);
    },
  );

  test.each(CHECKED)(
    `the ${mode} document excludes an item of type $type with a wrong field`,
    async ({ type, example }) => {
      expect(WRONG_FIELDS, `add a wrong field of ${type} to WRONG_FIELDS`).toHaveProperty(type);
      const sent = { ...example, ...WRONG_FIELDS[type] };
      expect((await post(sent)).status).toBe(400);
      expect(fitsInput(sent)).toBe(false);
    },
  );

  test.each<[string, object]>([
    ['a message without a type and with a wrong role', { id: 'msg_1', role: 'nobody' }],
    [
      'a message with a text part that has no text',
      { ...message, content: [{ type: 'input_text' }] },
    ],
    ['a reference without an id', { type: 'item_reference', id: null }],
    ['an instruction to a model server', { type: 'compaction_trigger' }],
    ['a type that is not a name', { type: 'a type' }],
    ['an id that is a path segment', { ...message, content: 'hi', id: '..' }],
    ['an id with a line break', { ...message, content: 'hi', id: 'msg_\u2028' }],
  ])(`the ${mode} document excludes %s`, async (_, sent) => {
    expect((await post(sent)).status).toBe(400);
    expect(fitsInput(sent)).toBe(false);
  });

  test.each<[string, object, boolean]>([
    ['an id of another prefix', { ...message, content: 'hi', id: 'rs_1' }, false],
    ['an id with other characters', { ...message, content: 'hi', id: 'msg_ü/.' }, false],
    ['an id of 65 characters', { type: 'shell_call', id: longId, ...shellCall }, false],
    ['an item of an unknown type', { type: 'weather_forecast' }, false],
    ['reasoning without an id', { type: 'reasoning', summary: [] }, false],
    ['an id without a known prefix', { type: 'shell_call', id: 'any-1', ...shellCall }, true],
  ])(`the ${mode} document describes %s as the server takes it`, async (_, sent, isStrictToo) => {
    const isTaken = mode === 'liberal' || isStrictToo;
    expect((await post(sent)).status).toBe(isTaken ? 200 : 400);
    expect(fitsInput(sent)).toBe(isTaken);
  });
});
