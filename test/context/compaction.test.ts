import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { call, item, message, output } from '../history/items.ts';
import { healthyHistories } from '../history/random-histories.ts';
import { assembled, brief, compaction, SEAL, TENANT } from './context.ts';

const SUMMARY = 'system: Summary of the conversation so far:\nThey like lakes.';
const COMPACTION = compaction('They like lakes.');
const GO = message('user', 'Go');

/** Returns what a model is shown, in short, and the repairs. */
function shown(
  history: readonly JsonObject[],
  input: readonly JsonObject[] = [],
): readonly [readonly string[], string] {
  const { items, repairs } = assembled(history, input);
  return [items.map(brief), repairs];
}

test('a summary stands in the place of the items before its compaction', () => {
  const old = [message('user', 'Old'), call('x'), output('x'), message('assistant', 'Yes')];
  expect(shown([...old, COMPACTION, message('user', 'New')], [GO])).toEqual([
    [SUMMARY, 'user: New', 'user: Go'],
    'compacted_item=4',
  ]);
});

test('leading system and developer messages stay before a summary', () => {
  const leading = [message('system', 'Rules'), message('developer', 'More rules')];
  const old = [message('user', 'Old'), message('system', 'Later')];
  expect(shown([...leading, ...old, COMPACTION], [GO])[0]).toEqual([
    'system: Rules',
    'developer: More rules',
    SUMMARY,
    'user: Go',
  ]);
});

test('items that a compaction keeps follow its summary, so that an open call can be answered', () => {
  const newest = [message('user', 'Look'), call('x')];
  const sealed = compaction('They like lakes.', { kept: newest });
  expect(shown([message('user', 'Old'), ...newest, sealed], [output('x')])).toEqual([
    [SUMMARY, 'user: Look', 'call x', 'output x: blue'],
    'compacted_item=1',
  ]);
});

test('an item that a compaction keeps is not shown after it was deleted', () => {
  const [kept, deleted] = [message('user', 'Kept'), message('user', 'Deleted')];
  const sealed = compaction('They like lakes.', { kept: [deleted, kept] });
  expect(shown([kept, sealed], [GO])[0]).toEqual([SUMMARY, 'user: Kept', 'user: Go']);
});

test('a client may send a compaction without the items before it', () => {
  const kept = [message('user', 'Kept')];
  const sealed = compaction('They like lakes.', { kept });
  const expected = [SUMMARY, 'user: Kept', 'user: Go'];
  expect(shown([], [sealed, GO])[0]).toEqual(expected);
  expect(shown([], [message('user', 'Old'), sealed, GO])[0]).toEqual(expected);
  const { inputIndexes } = assembled([], [message('user', 'Old'), sealed, GO]);
  expect(inputIndexes).toEqual([null, null, 2]);
});

test('the last of several compactions counts', () => {
  const items = [message('user', 'Old'), compaction('First.'), message('user', 'Then'), COMPACTION];
  expect(shown(items, [GO])[0]).toEqual([SUMMARY, 'user: Go']);
});

test('a foreign or forged compaction is left out, and covers nothing', () => {
  const sealed = String(COMPACTION['encrypted_content']);
  const forged = [
    'gAAAAABo',
    '',
    'clq1.',
    `${sealed}A`,
    `${sealed.slice(0, -2)}zz`,
    SEAL.seal('{"summary":"Evil"}', { tenant: 'other', purpose: 'compaction' }),
    SEAL.seal('{"summary":"Evil"}', { tenant: TENANT, purpose: 'reasoning' }),
  ];
  for (const blob of forged) {
    const foreign = item('compaction', { encrypted_content: blob });
    expect(shown([GO, foreign], [message('user', 'New')]), blob).toEqual([
      ['user: Go', 'user: New'],
      'foreign_compaction=1',
    ]);
    expect(shown([GO, COMPACTION, foreign])[0], blob).toEqual([SUMMARY]);
  }
});

test('a healthy history after a compaction is shown whole', () => {
  const kinds = ['function_call', 'custom_tool_call'];
  fc.assert(
    fc.property(healthyHistories(kinds), healthyHistories(kinds), (before, after) => {
      const whole = assembled([...before, COMPACTION, ...after], [GO]).items.map(brief);
      const leading = before.findIndex(({ role }) => role !== 'system');
      const guidance = before.slice(0, leading === -1 ? before.length : leading);
      const alone = assembled([...guidance, ...after], [GO]).items.map(brief);
      expect(whole.toSpliced(guidance.length, 1)).toEqual(alone);
      expect(whole[guidance.length]).toBe(SUMMARY);
    }),
  );
});
