import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { ITEM_SAMPLES } from '../../test/support/item-samples.ts';
import { Metadata } from './conversation.ts';
import { ITEM_DEFINITIONS } from './items/table.ts';
import { asJsonSchema } from './schema.ts';
import { explain } from './explain.ts';

/** Values of all kinds, and some that fit somewhere. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>('completed', 'auto', 'exec', [], {}, null, '', 0, 1.5, 'x'.repeat(70)),
  fc.constantFrom<unknown>({ type: 'search' }, { type: 'direct' }, [{ type: 'input_text' }]),
);

/** A sample with some of its values, at any depth, replaced or left out. */
function mutated(sample: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(sample)) {
    return fc.oneof(
      { weight: 6, arbitrary: fc.tuple(...sample.map((entry) => mutated(entry))) },
      { weight: 1, arbitrary: odd },
    );
  }
  if (typeof sample !== 'object' || sample === null) {
    return fc.oneof({ weight: 6, arbitrary: fc.constant(sample) }, { weight: 1, arbitrary: odd });
  }
  const fields = Object.fromEntries(
    Object.entries(sample).map(([key, value]) => [key, mutated(value)]),
  );
  const partial = fc.record(fields, { requiredKeys: Object.keys(fields).slice(1) });
  const extra = fc.dictionary(fc.constantFrom('status', 'caller', 'output', 'results', 'zz'), odd, {
    maxKeys: 2,
  });
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(partial, extra).map(([a, b]) => ({ ...b, ...a })) },
    { weight: 1, arbitrary: odd },
  );
}

function assertAgreement(schema: TSchema, values: fc.Arbitrary<unknown>): void {
  const compiled = Compile(schema);
  fc.assert(
    fc.property(values, (value) => {
      const error = explain(asJsonSchema(schema), value, 'x');
      expect(error === undefined).toBe(compiled.Check(value));
    }),
    { numRuns: 150 },
  );
}

describe('explain finds a fault exactly where the compiled check does', () => {
  test.each(ITEM_DEFINITIONS.map((definition) => [definition.type, definition] as const))(
    '%s',
    (type, { create }) => {
      const sample = ITEM_SAMPLES.find((candidate) => candidate.type === type);
      const whole = { id: 'x_1', type, ...sample?.sent };
      assertAgreement(create, mutated(whole));
    },
  );

  test('metadata', () => {
    const long = fc.string({ unit: 'binary', maxLength: 70, size: 'max' });
    const pairs = fc.dictionary(long, fc.oneof(long, odd), { maxKeys: 18, size: 'max' });
    assertAgreement(Metadata, fc.oneof(pairs, odd));
  });
});
