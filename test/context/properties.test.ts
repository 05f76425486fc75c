import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { assembleContext } from '../../src/context/assemble.ts';
import type { ContextItem } from '../../src/model/port.ts';
import { call, message, output, reasoning } from '../history/items.ts';
import { healthyHistories, histories } from '../history/random-histories.ts';
import { assembled, params } from './context.ts';

const RUNS = { numRuns: 3000 };

type Answered = Extract<ContextItem, { type: 'function_call' | 'custom_tool_call' }>;

function isOfModel({ type, ...item }: ContextItem): boolean {
  return type === 'message'
    ? 'role' in item && item.role === 'assistant'
    : type === 'reasoning' || type.endsWith('_call');
}

/** Checks that exactly the outputs of each group's calls follow it, in the order of the calls. */
function expectPairs(items: readonly ContextItem[]): void {
  const awaited: string[] = [];
  for (const item of items) {
    if (item.type === 'function_call_output' || item.type === 'custom_tool_call_output') {
      expect(`${item.type} ${item.call_id}`).toBe(awaited.shift());
      continue;
    }
    if (!isOfModel(item)) expect(awaited).toEqual([]);
    if (item.type === 'function_call' || item.type === 'custom_tool_call') {
      awaited.push(keyOf(item));
    }
  }
  expect(awaited).toEqual([]);
}

function keyOf({ type, call_id: callId }: Answered): string {
  return `${type}_output ${callId}`;
}

/** Checks that an answer or a call follows all reasoning before the user's next message. */
function expectFollowedReasoning(items: readonly ContextItem[]): void {
  for (const [place, { type }] of items.entries()) {
    if (type !== 'reasoning') continue;
    const next = items
      .slice(place + 1)
      .find((item) =>
        isOfModel(item)
          ? item.type !== 'reasoning'
          : item.type === 'message' && item.role === 'user',
      );
    expect(next !== undefined && isOfModel(next)).toBe(true);
  }
}

test('every call of a context has one output after its group, and every output a call', () => {
  fc.assert(
    fc.property(histories, histories, (history, input) => {
      const { items } = assembled(history, input, { mode: 'repair' });
      expectPairs(items);
      expectFollowedReasoning(items);
      for (const item of items) if (item.type === 'message') expect(item.content).not.toEqual([]);
    }),
    RUNS,
  );
});

test('a request that fits makes the same context in either mode', () => {
  let fitting = 0;
  fc.assert(
    fc.property(histories, healthyHistories(), (history, input) => {
      const strict = assembleContext(params(history, input));
      if (strict.problem !== 'none') return;
      fitting += 1;
      expect(strict).toEqual(assembleContext(params(history, input, { mode: 'repair' })));
    }),
    RUNS,
  );
  expect(fitting).toBeGreaterThan(100);
});

test('a healthy history makes a context of all its items, without repairs', () => {
  const kinds = ['function_call', 'custom_tool_call'];
  fc.assert(
    fc.property(healthyHistories(kinds), (history) => {
      const { items, repairs } = assembled(history, []);
      expect(repairs).toBe('');
      expect(items.length).toBe(history.length);
    }),
    RUNS,
  );
});

test('a context is the same when its history is split into history and input', () => {
  fc.assert(
    fc.property(histories, fc.nat(24), (all, end) => {
      const whole = assembled(all, [], { mode: 'repair' });
      const split = assembled(all.slice(0, end), all.slice(end), { mode: 'repair' });
      expect(split.items).toEqual(whole.items);
      expect(split.repairs).toBe(whole.repairs);
    }),
    RUNS,
  );
});

test('items of the input keep their order, and name their places in it', () => {
  fc.assert(
    fc.property(histories, histories, (history, input) => {
      const { items, inputIndexes } = assembled(history, input, { mode: 'repair' });
      const places = inputIndexes.filter(
        (index, place) => index !== null && !items[place]?.type.endsWith('_output'),
      );
      expect(places).toEqual(places.toSorted((one, other) => Number(one) - Number(other)));
      for (const [place, index] of inputIndexes.entries()) {
        if (index === null) continue;
        const { type } = input[index] ?? {};
        const isMade = items[place]?.type === `${String(type)}_output`;
        const isApproval = type === 'mcp_approval_request';
        if (!isMade && !isApproval) expect(items[place]?.type).toBe(type);
      }
    }),
    RUNS,
  );
});

test('items are not changed by a context', () => {
  fc.assert(
    fc.property(histories, histories, (history, input) => {
      const before = structuredClone([history, input]);
      assembleContext(params(history, input, { mode: 'repair' }));
      expect([history, input]).toEqual(before);
    }),
  );
});

test('a history of ten thousand items makes a context', () => {
  const history: JsonObject[] = [];
  for (let turn = 0; turn < 2000; turn += 1) {
    const id = `call_${turn}`;
    history.push(message('user', 'Look'), reasoning('Hm'), call(id));
    // Every tenth output is late, and every hundredth is missing.
    if (turn % 10 !== 0) history.push(output(id));
    history.push(message('assistant', 'Blue'));
    if (turn % 10 === 0 && turn % 100 !== 0) history.push(output(id));
  }
  const { items, repairs } = assembled(history, [message('user', 'Go')]);
  expect(items.length).toBe(10_001);
  expect(repairs).toBe('call_without_output=20');
  expectPairs(items);
});
