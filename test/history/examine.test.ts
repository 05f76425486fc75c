import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { examine, type ExamineOptions } from '../../src/history/examine.ts';
import {
  approval,
  approvalRequest,
  call,
  item,
  mcpCall,
  message,
  output,
  reasoning,
} from './items.ts';

const NO_OUTPUT = 'The call was interrupted; there is no output.';

interface Broken {
  readonly title: string;
  readonly items: readonly JsonObject[];
  readonly options?: Partial<ExamineOptions>;
  /** The rule and the fix of each finding. */
  readonly findings: readonly string[];
  /** Places of the repaired items in the broken list; an object is an inserted item. */
  readonly repaired: readonly (number | JsonObject)[];
}

const made = (callId: string): JsonObject => ({
  type: 'function_call_output',
  call_id: callId,
  status: 'incomplete',
  output: NO_OUTPUT,
});

const BROKEN: readonly Broken[] = [
  {
    title: 'a call that a crash has interrupted gets an output',
    items: [message('user', 'Look'), call('a'), message('user', 'Are you there?')],
    findings: ['call_without_output insert'],
    repaired: [0, 1, made('a'), 2],
  },
  {
    title: 'a call without output is removed on request, with its reasoning',
    items: [message('user', 'Look'), reasoning('Hm'), call('a'), message('user', 'Well?')],
    options: { openCalls: 'drop' },
    findings: ['reasoning_alone drop', 'call_without_output drop'],
    repaired: [0, 3],
  },
  {
    title: 'a call without output is only reported on request',
    items: [message('user', 'Look'), call('a'), message('user', 'Well?')],
    options: { openCalls: 'keep' },
    findings: ['call_without_output none'],
    repaired: [0, 1, 2],
  },
  {
    title: 'one of two parallel calls without output gets one after both calls',
    items: [call('a'), call('b'), output('b'), message('assistant', 'Done')],
    findings: ['call_without_output insert'],
    repaired: [0, 1, made('a'), 2, 3],
  },
  {
    title: 'an output whose call has been deleted is removed',
    items: [message('user', 'Look'), output('a'), message('assistant', 'Blue')],
    findings: ['output_without_call drop'],
    repaired: [0, 2],
  },
  {
    title: 'an output that names no call is removed',
    items: [call('a'), output('a'), item('function_call_output', { output: 'blue' })],
    findings: ['output_without_call drop'],
    repaired: [0, 1],
  },
  {
    title: 'an output of another kind than the call does not answer it',
    items: [call('a'), item('custom_tool_call_output', { call_id: 'a', output: 'blue' })],
    findings: ['call_without_output insert', 'output_without_call drop'],
    repaired: [0, made('a')],
  },
  {
    title: 'the second of two outputs for a call is removed',
    items: [call('a'), output('a', 'blue'), output('a', 'green')],
    findings: ['duplicate_output drop'],
    repaired: [0, 1],
  },
  {
    title: 'an output that a race has put before its call moves after the group of the call',
    items: [output('a'), message('user', 'Look'), call('a'), call('b'), output('b')],
    findings: ['output_before_call move'],
    repaired: [1, 2, 3, 0, 4],
  },
  {
    title: 'an early output of a call that has another output is removed',
    items: [output('a', 'early'), call('a'), output('a', 'late')],
    findings: ['duplicate_output drop'],
    repaired: [1, 2],
  },
  {
    title: 'an item that has been appended twice stays once',
    items: [
      message('user', 'Hi', { id: 'msg_same' }),
      message('assistant', 'Hello'),
      message('user', 'Hi', { id: 'msg_same' }),
    ],
    findings: ['duplicate_id drop'],
    repaired: [0, 1],
  },
  {
    title: 'a doubled batch of call and output stays once',
    items: [
      call('a', { id: 'fc_a' }),
      output('a', 'blue', { id: 'fco_a' }),
      call('a', { id: 'fc_a' }),
      output('a', 'blue', { id: 'fco_a' }),
    ],
    findings: ['duplicate_id drop', 'duplicate_id drop'],
    repaired: [0, 1],
  },
  {
    title: 'reasoning whose answer has been deleted is removed',
    items: [
      message('user', 'Why?'),
      reasoning('Hm'),
      message('user', 'Why not?'),
      message('assistant', 'So'),
    ],
    findings: ['reasoning_alone drop'],
    repaired: [0, 2, 3],
  },
  {
    title: 'reasoning at the end of the list is removed',
    items: [message('user', 'Why?'), reasoning('Hm'), reasoning('Hmm')],
    options: { tail: 'open' },
    findings: ['reasoning_alone drop', 'reasoning_alone drop'],
    repaired: [0],
  },
  {
    title: 'a message without parts is removed with the reasoning before it',
    items: [message('user', 'Why?'), reasoning('Hm'), message('assistant', '', { content: [] })],
    findings: ['reasoning_alone drop', 'empty_message drop'],
    repaired: [0],
  },
  {
    title: 'an empty text of a model is removed, and one of a user stays',
    items: [message('user', ''), message('assistant', ''), call('a'), output('a')],
    findings: ['empty_message drop'],
    repaired: [0, 2, 3],
  },
  {
    title: 'an approval whose request has been deleted is removed',
    items: [message('user', 'Find'), approval('mcpr_1', true), mcpCall()],
    findings: ['approval_without_request drop'],
    repaired: [0, 2],
  },
  {
    title: 'an approval before its request is removed, and does not approve the call',
    items: [
      approval('mcpr_1', true),
      approvalRequest('mcpr_1'),
      mcpCall({ approval_request_id: 'mcpr_1' }),
    ],
    findings: ['approval_without_request drop', 'call_of_unapproved_request drop'],
    repaired: [1],
  },
  {
    title: 'a call whose request was denied is removed',
    items: [
      approvalRequest('mcpr_1'),
      approval('mcpr_1', false),
      mcpCall({ approval_request_id: 'mcpr_1' }),
    ],
    findings: ['call_of_unapproved_request drop'],
    repaired: [0, 1],
  },
];

/** Returns the repaired list, with the places of items in the examined one. */
function repairedPlaces(
  items: readonly JsonObject[],
  repaired: readonly JsonObject[],
): readonly (number | JsonObject)[] {
  return repaired.map((entry) => (items.includes(entry) ? items.indexOf(entry) : entry));
}

describe('a broken history', () => {
  test.for(BROKEN)('$title', ({ items, options, findings, repaired }) => {
    const examined = examine(items, options);
    expect(examined.findings.map(({ rule, fix }) => `${rule} ${fix}`)).toEqual(findings);
    expect(repairedPlaces(items, examined.items)).toEqual(repaired);
  });
});

test('a finding names its item, its call and the place of the item', () => {
  const items = [message('user', 'Look'), call('a', { id: 'fc_a' })];
  const finding = { rule: 'call_without_output', index: 1, itemId: 'fc_a', callId: 'a' };
  const text = 'The call a has no output.';
  expect(examine(items).findings).toEqual([{ ...finding, fix: 'insert', message: text }]);
});

test('every rule has a message of its own', () => {
  const unnamed = { type: 'function_call' };
  const items = [
    output('a'),
    message('user', 'Look', { id: 'x' }),
    message('user', 'Look', { id: 'x' }),
    message('user', '', { content: [] }),
    call('a'),
    call('b'),
    unnamed,
    output('b'),
    output('b'),
    output('c'),
    { ...unnamed, type: 'function_call_output' },
    approval('mcpr_0', true),
    approvalRequest('mcpr_1'),
    mcpCall({ approval_request_id: 'mcpr_1', status: 'calling' }),
    reasoning('Hm'),
    message('user', 'Go', { status: 'in_progress' }),
    call('d'),
  ];
  expect(examine(items).findings.map((finding) => finding.message)).toEqual([
    'The output stands before its call a.',
    'An earlier item has the id x.',
    'The message has no content.',
    'The call has no call_id.',
    'The call b has another output.',
    'The call c of the output is missing.',
    'The output does not name a call.',
    'The request mcpr_0 of the approval is missing.',
    'The request mcpr_1 of the call was not approved.',
    'Neither a message nor a call follows the reasoning.',
    'The status was left in_progress.',
    'The call d has no output.',
  ]);
});

test('items without ids are not duplicates of each other', () => {
  const { id: _id, ...plain } = message('user', 'Yes');
  expect(examine([plain, plain, { ...plain }]).items).toEqual([plain, plain, plain]);
});

test('a message with any text or refusal is not empty', () => {
  const parts = [
    { type: 'output_text', text: '' },
    { type: 'refusal', refusal: 'No' },
  ];
  const refusal = message('assistant', '', { content: parts });
  const last = message('assistant', '', { content: parts.slice(1) });
  const text = message('assistant', '', {
    content: [parts[0], { type: 'output_text', text: 'x' }],
  });
  expect(examine([refusal, last, text]).findings).toEqual([]);
  const nothing = message('assistant', '', {
    content: [parts[0], { type: 'refusal', refusal: '' }],
  });
  expect(examine([nothing]).items).toEqual([]);
});

test('an approval of an item that is not a request is removed', () => {
  const { findings } = examine([mcpCall({ id: 'mcp_1' }), approval('mcp_1', true)]);
  expect(findings.map(({ rule }) => rule)).toEqual(['approval_without_request']);
});

test('an inserted output has the place of its call, and the other items have theirs', () => {
  const items = [output('b'), message('user', 'Look'), call('a'), call('b'), message('user', 'Go')];
  expect(examine(items).indexes).toEqual([1, 2, 3, 2, 0, 4]);
});

test('statuses that were left in progress end, in a word that the type has', () => {
  const items = [
    message('assistant', 'Half', { status: 'in_progress' }),
    item('web_search_call', { status: 'searching', action: {} }),
    item('image_generation_call', { status: 'generating', result: null }),
    item('apply_patch_call', { status: 'in_progress', call_id: 'p', operation: {} }),
    item('apply_patch_call_output', { status: 'completed', call_id: 'p' }),
  ];
  const { items: repaired, findings } = examine(items);
  expect(findings.map(({ rule, fix, index }) => [rule, fix, index])).toEqual(
    [0, 1, 2, 3].map((index) => ['left_in_progress', 'change', index]),
  );
  expect(repaired.map(({ status }) => status)).toEqual([
    'incomplete',
    'incomplete',
    'failed',
    'completed',
    'completed',
  ]);
  expect(items[0]).toHaveProperty('status', 'in_progress');
});

test('items before the last compaction stay as they are', () => {
  const broken = [
    output('x'),
    call('a'),
    message('user', '', { content: [] }),
    output('b'),
    call('b'),
    reasoning('Hm'),
  ];
  const compaction = item('compaction', { encrypted_content: 'b3BhcXVl' });
  const items = [...broken, compaction, message('user', 'Go'), output('y')];
  const skipped = examine(items);
  expect(skipped.findings.map(({ rule, index }) => [rule, index])).toEqual([
    ['output_without_call', 8],
  ]);
  expect(skipped.items).toEqual(items.slice(0, 8));
  const { findings } = examine(items, { beforeCompaction: 'examined' });
  expect(findings.map(({ index }) => index)).toEqual([0, 1, 2, 3, 5, 8]);
});

test('an output after a compaction answers the call before it', () => {
  const compaction = item('compaction', { encrypted_content: 'b3BhcXVl' });
  const items = [message('user', 'Look'), call('a'), compaction, output('a')];
  expect(examine(items).findings).toEqual([]);
});
