import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { examine } from '../../src/history/examine.ts';
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

/** The kinds of calls that other items answer, with the output that is made for one without. */
const KINDS: readonly (readonly [string, JsonObject | undefined])[] = [
  ['function_call', { status: 'incomplete', output: expect.any(String) }],
  ['custom_tool_call', { output: expect.any(String) }],
  ['local_shell_call', { status: 'incomplete', output: expect.any(String) }],
  [
    'shell_call',
    {
      status: 'incomplete',
      output: [{ outcome: { type: 'exit', exit_code: 1 }, stderr: expect.any(String), stdout: '' }],
    },
  ],
  ['apply_patch_call', { status: 'failed', output: expect.any(String) }],
  ['computer_call', undefined],
];

function rulesOf(items: readonly JsonObject[], tail: 'open' | 'closed' = 'closed'): unknown {
  return examine(items, { tail }).findings.map(({ rule, index }) => [rule, index]);
}

test('calls of every kind are paired with outputs of their kind', () => {
  for (const [type] of KINDS) {
    const items = [item(type, { call_id: 'a' }), item(`${type}_output`, { call_id: 'a' })];
    expect(rulesOf(items), type).toEqual([]);
    expect(rulesOf(items.toReversed()), type).toEqual([['output_before_call', 0]]);
  }
});

test('a call of every kind gets an output of its kind, except a screenshot', () => {
  for (const [type, fields] of KINDS) {
    const lone = item(type, { call_id: 'a' });
    const { items, findings } = examine([lone]);
    expect(findings.length, type).toBe(1);
    if (fields === undefined) {
      expect(items, type).toEqual([]);
    } else {
      expect(items, type).toEqual([lone, { type: `${type}_output`, call_id: 'a', ...fields }]);
      expect(items[1]?.['output'], type).not.toBe('');
    }
  }
});

test('an output of a local shell call may name its call by its own id', () => {
  const items = [
    item('local_shell_call', { call_id: 'a' }),
    { id: 'a', type: 'local_shell_call_output', output: 'ok' },
  ];
  expect(rulesOf(items)).toEqual([]);
  const named = [items[0] ?? {}, { id: 'b', type: 'local_shell_call_output', call_id: 'a' }];
  expect(rulesOf(named)).toEqual([]);
});

test('calls of hosted tools and of MCP servers answer themselves', () => {
  const hosted = ['web_search_call', 'file_search_call', 'code_interpreter_call', 'new_tool_call'];
  expect(rulesOf([...hosted.map((type) => item(type)), mcpCall()])).toEqual([]);
});

test('calls at the end of an open history may wait for their outputs', () => {
  const open = [message('user', 'Look'), reasoning('Hm'), call('a'), call('b'), output('a')];
  expect(rulesOf(open, 'open')).toEqual([]);
  expect(rulesOf(open)).toEqual([['call_without_output', 3]]);
  expect(rulesOf([...open, message('user', 'Well?')], 'open')).toEqual([
    ['call_without_output', 3],
  ]);
  expect(rulesOf([call('a')], 'open')).toEqual([]);
  const approved = [call('a'), approvalRequest('mcpr_1'), approval('mcpr_1', true)];
  expect(rulesOf(approved, 'open')).toEqual([]);
});

test('a call of an earlier group than the last does not wait', () => {
  const items = [call('a'), call('b'), output('b'), reasoning('Hm'), call('c')];
  expect(rulesOf(items, 'open')).toEqual([['call_without_output', 0]]);
});

test('an id that a server uses again in each answer pairs within each turn', () => {
  const turn = [message('user', 'Look'), call('call_0'), output('call_0')];
  const next = [message('user', 'Look'), call('call_0'), output('call_0')];
  expect(rulesOf([...turn, ...next])).toEqual([]);
  const interrupted = [message('user', 'Look'), call('call_0'), ...turn];
  expect(rulesOf(interrupted)).toEqual([['call_without_output', 1]]);
});

test('a second output is not given to a later call of its id', () => {
  const items = [call('a'), output('a'), output('a'), message('user', 'Again'), call('a')];
  expect(rulesOf(items)).toEqual([
    ['duplicate_output', 2],
    ['call_without_output', 4],
  ]);
});

test('a call and an output without ids of calls are not paired', () => {
  const unnamed = [{ type: 'function_call' }, { type: 'function_call_output' }];
  expect(rulesOf(unnamed)).toEqual([
    ['call_without_output', 0],
    ['output_without_call', 1],
  ]);
  expect(examine(unnamed).items).toEqual([]);
});

test('an output of a function does not name its call by its own id', () => {
  const answer = { id: 'a', type: 'function_call_output', output: 'blue' };
  expect(rulesOf([call('a'), answer])).toEqual([
    ['call_without_output', 0],
    ['output_without_call', 1],
  ]);
});

test('reasoning and lists of tools do not divide a group of calls', () => {
  const items = [call('a'), reasoning('Hm'), item('mcp_list_tools'), call('b'), output('b')];
  expect(examine(items).indexes).toEqual([0, 1, 2, 3, 0, 4]);
});

test('calls of one answer that share an id are answered in order', () => {
  const items = [call('a'), call('a'), output('a', 'first'), output('a', 'second')];
  expect(rulesOf(items)).toEqual([]);
  expect(rulesOf(items.slice(0, 3))).toEqual([['call_without_output', 1]]);
});

test('reasoning before a call, a hosted call, a request for approval or an answer is not alone', () => {
  const followers = [
    [call('a'), output('a')],
    [item('web_search_call')],
    [item('program')],
    [approvalRequest('mcpr_1')],
    [message('system', 'Be brief'), message('assistant', 'Yes')],
  ];
  for (const items of followers) {
    expect(rulesOf([message('user', 'Go'), reasoning('Hm'), ...items])).toEqual([]);
  }
});

test('an open request for an approval is healthy', () => {
  const request = [message('user', 'Find'), approvalRequest('mcpr_1')];
  expect(rulesOf(request)).toEqual([]);
  const approved = mcpCall({ approval_request_id: 'mcpr_1' });
  expect(rulesOf([...request, approval('mcpr_1', true), approved])).toEqual([]);
  expect(rulesOf([...request, approved])).toEqual([['call_of_unapproved_request', 2]]);
});

test('a call whose request is not in the history stays', () => {
  expect(rulesOf([mcpCall({ approval_request_id: 'mcpr_deleted' })])).toEqual([]);
});
