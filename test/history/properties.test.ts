import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { examine } from '../../src/history/examine.ts';
import { healthyHistories, histories } from './random-histories.ts';

const RUNS = { numRuns: 3000 };
const options = fc.record({
  openCalls: fc.constantFrom('answer' as const, 'drop' as const),
  tail: fc.constantFrom('open' as const, 'closed' as const),
  beforeCompaction: fc.constantFrom('skipped' as const, 'examined' as const),
});

test('a repaired history has no findings', () => {
  fc.assert(
    fc.property(histories, options, (items, chosen) => {
      const once = examine(items, chosen);
      const twice = examine(once.items, chosen);
      expect(twice.findings).toEqual([]);
      expect(twice.items).toEqual(once.items);
    }),
    RUNS,
  );
});

test('a healthy history consists of the same items after the examination', () => {
  fc.assert(
    fc.property(healthyHistories(), options, (items, chosen) => {
      const { items: examined, findings } = examine(items, chosen);
      expect(findings).toEqual([]);
      expect(examined.length).toBe(items.length);
      expect(examined.every((entry, place) => entry === items[place])).toBe(true);
    }),
    RUNS,
  );
});

test('items other than outputs keep their order, and are not changed but for their status', () => {
  const isOutput = ({ type }: JsonObject): boolean => String(type).endsWith('_output');
  fc.assert(
    fc.property(histories, options, (items, chosen) => {
      const { items: repaired, indexes } = examine(items, chosen);
      const kept = repaired.flatMap((entry, place) =>
        isOutput(entry) ? [] : [{ entry, index: indexes[place] ?? -1 }],
      );
      const places = kept.map(({ index }) => index);
      expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
      for (const { entry, index } of kept) {
        expect({ ...entry, status: '' }).toEqual({ ...items[index], status: '' });
      }
    }),
    RUNS,
  );
});

test('the examined list is not changed', () => {
  fc.assert(
    fc.property(histories, options, (items, chosen) => {
      const before = structuredClone(items);
      examine(items, chosen);
      expect(items).toEqual(before);
    }),
  );
});
