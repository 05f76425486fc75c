import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemBytes } from '../../src/context/measure.ts';
import { truncate, type Truncation } from '../../src/context/truncate.ts';
import type { ContextItem } from '../../src/model/port.ts';

const RUNS = { numRuns: 2000 };
const BUDGET = 4_096;

const texts = fc.integer({ min: 0, max: 600 }).map((length) => 'x'.repeat(length));

function message(role: 'user' | 'assistant' | 'system' | 'developer', text: string): ContextItem {
  return { type: 'message', role, content: [{ type: 'input_text', text }] };
}

/** A question, calls with their outputs, and an answer. */
const turns: fc.Arbitrary<readonly ContextItem[]> = fc
  .record({ question: texts, answer: texts, outputs: fc.array(texts, { maxLength: 3 }) })
  .map(({ question, answer, outputs }) => [
    message('user', question),
    ...outputs.map((_, place): ContextItem => ({
      type: 'function_call',
      call_id: `call_${place}`,
      name: 'look',
      arguments: '{}',
    })),
    ...outputs.map((output, place): ContextItem => ({
      type: 'function_call_output',
      call_id: `call_${place}`,
      output,
    })),
    message('assistant', answer),
  ]);
const guidance = fc.array(
  fc
    .record({ role: fc.constantFrom('system' as const, 'developer' as const), text: texts })
    .map(({ role, text }) => message(role, text)),
  { maxLength: 2 },
);
const conversations = fc.record({ guidance, turns: fc.array(turns, { minLength: 1 }) });

/** Truncates items of which the last one is the request's own. */
function cut(items: readonly ContextItem[], budget = BUDGET): Truncation {
  const inputIndexes = items.map((_, index) => (index === items.length - 1 ? 0 : null));
  return truncate({ items, inputIndexes, budget, countsReasoning: true });
}

function bytesOf(items: readonly ContextItem[]): number {
  return items.reduce((bytes, item) => bytes + itemBytes(item), 0);
}

test('a truncated context has the leading messages and whole turns up to the newest one', () => {
  fc.assert(
    fc.property(conversations, texts, ({ guidance: leading, turns: earlier }, asked) => {
      const newest = message('user', asked);
      const { items, inputIndexes, turns: dropped } = cut([...leading, ...earlier.flat(), newest]);
      expect(items).toEqual([...leading, ...earlier.slice(dropped).flat(), newest]);
      expect(inputIndexes).toEqual(items.map((item) => (item === newest ? 0 : null)));
    }),
    RUNS,
  );
});

test('a truncated context fits, unless what always stays is too long', () => {
  fc.assert(
    fc.property(conversations, texts, ({ guidance: leading, turns: earlier }, asked) => {
      const newest = message('user', asked);
      const whole = [...leading, ...earlier.flat(), newest];
      const { items, turns: dropped, bytes } = cut(whole);
      expect(bytes).toBe(bytesOf(items));
      if (bytesOf(whole) <= BUDGET) expect(dropped).toBe(0);
      else if (dropped < earlier.length) expect(bytes).toBeLessThanOrEqual(BUDGET);
    }),
    RUNS,
  );
});

test('a cut moves in steps of a quarter of the budget or more, and never back', () => {
  const long = fc.record({ guidance, turns: fc.array(turns, { minLength: 20, maxLength: 60 }) });
  fc.assert(
    fc.property(long, ({ guidance: leading, turns: earlier }) => {
      let before = { turns: 0, dropped: 0 };
      let moves = 0;
      for (let count = 1; count <= earlier.length; count += 1) {
        const whole = [...leading, ...earlier.slice(0, count).flat(), message('user', 'more')];
        const { turns: dropped, bytes } = cut(whole);
        const droppedBytes = bytesOf(whole) - bytes;
        expect(dropped).toBeGreaterThanOrEqual(before.turns);
        if (dropped === before.turns) continue;
        moves += 1;
        const longest = Math.max(...earlier.map(bytesOf));
        expect(droppedBytes - before.dropped).toBeGreaterThanOrEqual(BUDGET / 4 - longest);
        before = { turns: dropped, dropped: droppedBytes };
      }
      const all = bytesOf(earlier.flat());
      expect(moves).toBeLessThanOrEqual(Math.ceil(all / (BUDGET / 4)));
    }),
    { numRuns: 200 },
  );
});

test('a small difference of the budget does not move a cut', () => {
  const items = Array.from({ length: 200 }, (_, place) =>
    message(place % 2 === 0 ? 'user' : 'assistant', 'x'.repeat(84)),
  );
  const cuts = [3_900, 4_000, 4_100].map((budget) => cut([...items, message('user', 'y')], budget));
  const [{ turns: first } = { turns: 0 }] = cuts;
  expect(first).toBeGreaterThan(50);
  expect(cuts.map(({ turns: dropped }) => dropped)).toEqual([first, first, first]);
});

test('a newest turn of outputs stays with its calls', () => {
  const call = { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' } as const;
  const output = { type: 'function_call_output', call_id: 'a', output: 'x'.repeat(9_000) } as const;
  const newest: readonly ContextItem[] = [message('user', 'look'), call, output];
  const { items, turns: dropped } = cut([
    message('user', 'hi'),
    message('assistant', 'hello'),
    ...newest,
  ]);
  expect(dropped).toBe(1);
  expect(items).toEqual(newest);
});

test('messages that a request ends with stay together', () => {
  const own = ['system', 'user', 'user'] as const;
  const items = [
    message('user', 'x'.repeat(5_000)),
    message('user', 'x'.repeat(5_000)),
    ...own.map((role) => message(role, 'y')),
  ];
  const inputIndexes = [null, null, 0, 1, 2];
  const result = truncate({ items, inputIndexes, budget: BUDGET, countsReasoning: true });
  expect(result.items).toEqual(items.slice(2));
  expect(result.inputIndexes).toEqual([0, 1, 2]);
});

test('one item that is too long stays as it is', () => {
  const huge = [message('user', 'x'.repeat(100_000))];
  expect(cut(huge)).toMatchObject({ items: huge, turns: 0 });
  const guided = [message('system', 'x'.repeat(100_000)), message('user', 'y')];
  expect(cut(guided)).toMatchObject({ items: guided, turns: 0 });
  expect(cut([])).toMatchObject({ items: [], turns: 0 });
});

test('reasoning that is not sent does not count', () => {
  const reasoning: ContextItem = { type: 'reasoning', content: [{ text: 'x'.repeat(5_000) }] };
  const items = [message('user', 'a'), reasoning, message('assistant', 'b'), message('user', 'c')];
  const inputIndexes = [null, null, null, 0];
  const turnsWhen = (countsReasoning: boolean) =>
    truncate({ items, inputIndexes, budget: BUDGET, countsReasoning }).turns;
  expect([turnsWhen(false), turnsWhen(true)]).toEqual([0, 1]);
});
