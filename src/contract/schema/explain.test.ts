import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { ITEM_SAMPLES } from '../../../test/support/item-samples.ts';
import { Metadata } from '../conversations/conversation.ts';
import { ITEM_DEFINITIONS } from '../items/table.ts';
import { asJsonSchema, type JsonSchema } from './schema.ts';
import { explain } from './explain.ts';

// Sound: the tests of items read the same file, and look at what is in it.
const RECORDED = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/recorded-items.json', import.meta.url), 'utf8'),
) as readonly { readonly type: string }[];

const token = { token: 'a', bytes: [97], logprob: -0.5 };
/** A message with its deepest fields, which random values seldom reach. */
const ANSWER = {
  type: 'message',
  role: 'assistant',
  phase: 'final_answer',
  content: [
    {
      type: 'output_text',
      text: 'a',
      annotations: [
        { type: 'file_citation', file_id: 'f', filename: 'a.txt', index: 0 },
        { type: 'url_citation', url: 'u', title: 't', start_index: 0, end_index: 1 },
      ],
      logprobs: [{ ...token, top_logprobs: [token] }],
    },
    { type: 'refusal', refusal: 'no' },
  ],
};

/** Values of all kinds, some of which fit somewhere. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>('completed', 'auto', 'exec', [], {}, null, '', 0, 1.5, 'x'.repeat(70)),
  fc.constantFrom<unknown>({ type: 'search' }, { type: 'direct' }, [{ type: 'input_text' }]),
);

/** Draws `arbitrary` with this weight against one odd value, so that faults are few and deep. */
function mostly(weight: number, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight, arbitrary }, { weight: 1, arbitrary: odd });
}

/** Draws the sample with some of its values, at any depth, replaced or left out. */
function mutated(sample: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(sample)) return mostly(6, fc.tuple(...sample.map(mutated)));
  if (typeof sample !== 'object' || sample === null) return mostly(6, fc.constant(sample));
  const fields = Object.fromEntries(
    Object.entries(sample).map(([key, value]) => [key, mutated(value)]),
  );
  return mostly(6, fc.record(fields, { requiredKeys: Object.keys(fields).slice(1) }));
}

/** Draws values along a schema: each field that it names may be present, and a few are wrong. */
function drawn(schema: JsonSchema): fc.Arbitrary<unknown> {
  return mostly(24, fitting(schema));
}

function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(drawn));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return fc.constantFrom('x', 'x'.repeat(64));
    case 'integer':
      return fc.integer();
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(drawn(schema.items ?? {}), { maxLength: 2 });
    case 'object':
      return fittingObject(schema);
    default:
      return odd;
  }
}

function fittingObject({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [key, drawn(property)]),
  );
  const whole = fc.record(fields, { requiredKeys: [...required] });
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.tuple(whole, odd).map(([object, zz]) => ({ ...object, zz })) },
  );
}

function assertAgreement(schema: TSchema, values: fc.Arbitrary<unknown>): void {
  const compiled = Compile(schema);
  fc.assert(
    fc.property(values, (value) => {
      const error = explain(asJsonSchema(schema), value, 'x');
      expect(error === undefined).toBe(compiled.Check(value));
    }),
    { numRuns: 2000 },
  );
}

test.each(ITEM_DEFINITIONS.map((definition) => [definition.type, definition] as const))(
  'explain finds a fault in an item of type %s exactly where the compiled check does',
  (type, { create }) => {
    const sample = ITEM_SAMPLES.find((candidate) => candidate.type === type);
    const known = [...RECORDED, ANSWER].filter((candidate) => candidate.type === type);
    const seeds = [{ id: 'x_1', type, ...sample?.sent }, ...known];
    assertAgreement(create, fc.oneof(drawn(asJsonSchema(create)), ...seeds.map(mutated)));
  },
);

test('explain finds a fault in metadata exactly where the compiled check does', () => {
  const long = fc.string({ unit: 'binary', maxLength: 70, size: 'max' });
  const pairs = fc.dictionary(long, fc.oneof(long, odd), { maxKeys: 18, size: 'max' });
  assertAgreement(Metadata, fc.oneof(pairs, odd));
});
