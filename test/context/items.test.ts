import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json-object.ts';
import { ITEM_DEFINITIONS } from '../../src/contract/items/table.ts';
import { sealReasoning } from '../../src/context/sealed-reasoning.ts';
import {
  approval,
  approvalRequest,
  call,
  item,
  mcpCall,
  message,
  output,
  reasoning,
} from '../history/items.ts';
import { assembled, brief, compaction, MODEL, SEAL, TENANT } from './context.ts';

const GO = message('user', 'Go');

function sealed(texts: readonly string[], model = MODEL, encrypted?: string): string {
  return sealReasoning(SEAL, TENANT, { texts, model, encrypted });
}

/** Returns the items that are shown for a history, and the repairs. */
function shown(history: readonly JsonObject[]): readonly [readonly string[], string] {
  const { items, repairs } = assembled(history, []);
  return [items.map(brief), repairs];
}

test('messages keep their roles, and each part of them in order', () => {
  const image = { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' };
  const file = { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain,a' };
  const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } };
  const content = [
    { type: 'input_text', text: 'See', prompt_cache_breakpoint: { mode: 'explicit' } },
    image,
    file,
    audio,
    { type: 'input_file', file_id: 'file_1' },
    { type: 'input_file', file_url: 'https://example.com/a.txt' },
    { type: 'markdown', text: '*and* this' },
    { type: 'computer_screenshot', image_url: 'https://example.com/a.png', file_id: null },
    { type: 'input_image', image_url: null, file_id: 'file_2', detail: 'auto' },
  ];
  const refusal = [
    { type: 'output_text', text: 'No.', annotations: [] },
    { type: 'refusal', refusal: 'Never' },
  ];
  const { items, repairs } = assembled(
    [message('developer', 'Be brief'), message('user', '', { content })],
    [message('assistant', '', { content: refusal }), GO],
  );
  expect(items).toEqual([
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'See' },
        image,
        file,
        audio,
        { type: 'input_file', file_id: 'file_1' },
        { type: 'input_file', file_url: 'https://example.com/a.txt' },
        { type: 'text', text: '*and* this' },
        { type: 'input_image', image_url: 'https://example.com/a.png' },
        { type: 'input_image', file_id: 'file_2', detail: 'auto' },
      ],
    },
    {
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'No.' },
        { type: 'refusal', refusal: 'Never' },
      ],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Go' }] },
  ]);
  expect(repairs).toBe('');
});

test('parts that cannot be shown are left out and counted, and thoughts are not shown as text', () => {
  const content = [
    { type: 'hologram', data: 'AA==' },
    { type: 'reasoning_text', text: 'secret' },
    { type: 'summary_text', text: 'secret' },
    { type: 'thinking', text: 'secret' },
    { type: 'input_audio', input_audio: { data: 'AA==' } },
    { type: 'input_audio', input_audio: { format: 'mp3' } },
    { type: 'input_audio' },
    { type: 'input_text' },
    { type: 'refusal' },
    { type: 'output_text', text: 'Yes' },
  ];
  const empty = message('user', '', { content: [{ type: 'hologram', data: 'AA==' }] });
  expect(shown([message('assistant', '', { content }), empty])).toEqual([
    ['assistant: Yes'],
    'unknown_part=10',
  ]);
});

test('messages of roles that no model takes are left out and counted', () => {
  const critic = message('user', 'Bad', { role: 'critic' });
  expect(shown([GO, critic])).toEqual([['user: Go'], 'unknown_item=1']);
});

test('an incomplete answer at the end is shown as text', () => {
  const { items } = assembled(
    [GO, message('assistant', 'Half an ans', { status: 'incomplete' })],
    [],
  );
  expect(items.at(-1)).toEqual({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'Half an ans' }],
  });
});

test('an empty message is left out and counted', () => {
  expect(shown([GO, message('assistant', '', { content: [] })])).toEqual([
    ['user: Go'],
    'empty_message=1',
  ]);
});

test('function and custom calls keep their texts and namespaces', () => {
  const text = '{"b":1.0, "a":1e2,\u2028"a":"\\u00e4"} not JSON';
  const custom = { call_id: 'b', name: 'run', input: ' SELECT 1;\n', namespace: 'db' };
  const parts = [
    { type: 'input_text', text: 'one' },
    { type: 'input_image', image_url: 'data:,' },
  ];
  const { items } = assembled(
    [GO, call('a', { arguments: text, namespace: 'maps' }), item('custom_tool_call', custom)],
    [output('a', 'plain'), item('custom_tool_call_output', { call_id: 'b', output: parts })],
  );
  expect(items.slice(1)).toEqual([
    { type: 'function_call', call_id: 'a', namespace: 'maps', name: 'look', arguments: text },
    { type: 'custom_tool_call', ...custom },
    { type: 'function_call_output', call_id: 'a', output: 'plain' },
    { type: 'custom_tool_call_output', call_id: 'b', output: parts },
  ]);
});

test('a call of an MCP server is shown with its output or its error', () => {
  const error = { type: 'http_error', code: 503, message: 'busy' };
  const { items } = assembled(
    [GO, mcpCall({ id: 'mcp_1' }), mcpCall({ id: 'mcp_2', output: null, error })],
    [],
  );
  const fields = { type: 'mcp_call', server_label: 'lakes', name: 'find' };
  const text = { arguments: '{ "n":1.0 }' };
  expect(items.slice(1)).toEqual([
    { ...fields, ...text, id: 'mcp_1', output: 'Oeschinensee', error: null },
    { ...fields, ...text, id: 'mcp_2', error },
  ]);
});

test('a call of an MCP server that was interrupted says so', () => {
  const interrupted = mcpCall({ id: 'mcp_1', output: null, status: 'calling' });
  const partial = mcpCall({ id: 'mcp_2', output: 'Half', status: 'incomplete' });
  const silent = mcpCall({ id: 'mcp_3', output: null, status: 'completed' });
  const failed = mcpCall({ id: 'mcp_4', output: null, status: 'failed', error: 'busy' });
  const posted = mcpCall({ id: 'mcp_5', output: null });
  expect(shown([GO, interrupted, partial, silent, failed, posted])).toEqual([
    [
      'user: Go',
      'mcp mcp_1: The call was interrupted; there is no output.',
      'mcp mcp_2: Half',
      'mcp mcp_3: ',
      'mcp mcp_4: ',
      'mcp mcp_5: ',
    ],
    '',
  ]);
});

test('lists of tools are not shown, nor counted', () => {
  expect(shown([item('mcp_list_tools'), GO])).toEqual([['user: Go'], '']);
});

test('the first of two answers to a request is shown', () => {
  const answers = [approval('mcpr_1', false), approval('mcpr_1', true)];
  expect(shown([GO, approvalRequest('mcpr_1'), ...answers])[0]).toEqual([
    'user: Go',
    'mcp mcpr_1: The call was not approved.',
  ]);
});

test('items that a compaction does not stand for are repaired like the others', () => {
  const history = [output('x'), GO, compaction('They like lakes.', { coversAll: false })];
  expect(shown(history)).toEqual([
    ['system: Summary of the conversation so far:\nThey like lakes.', 'user: Go'],
    'output_without_call=1',
  ]);
});

test('an approved request is shown as its call alone', () => {
  const history = [
    GO,
    reasoning('Hm'),
    approvalRequest('mcpr_1'),
    approval('mcpr_1', true),
    mcpCall({ id: 'mcp_1', approval_request_id: 'mcpr_1' }),
  ];
  expect(shown(history)).toEqual([['user: Go', 'reasoning: Hm', 'mcp mcp_1: Oeschinensee'], '']);
});

test('a denied request is shown as a call with the reason', () => {
  const history = [GO, reasoning('Hm'), approvalRequest('mcpr_1'), approvalRequest('mcpr_2')];
  const input = [approval('mcpr_1', false, 'too dear'), approval('mcpr_2', false)];
  const { items, repairs } = assembled(history, input);
  expect(items.map(brief).slice(2)).toEqual([
    'mcp mcpr_1: The call was not approved: too dear',
    'mcp mcpr_2: The call was not approved.',
  ]);
  expect(items[2]).toMatchObject({ server_label: 'lakes', name: 'find', arguments: '{ "n":1.0 }' });
  expect(repairs).toBe('');
});

test('a request that was not answered counts as denied, and is counted', () => {
  const history = [GO, approvalRequest('mcpr_1')];
  const { items, repairs } = assembled(history, [message('user', 'Something else')]);
  expect(items.map(brief)[1]).toBe('mcp mcpr_1: The call was not approved.');
  expect(repairs).toBe('open_approval=1');
});

test('an approved call that has not run says so', () => {
  const history = [GO, approvalRequest('mcpr_1'), approval('mcpr_1', true)];
  const interrupted = 'mcp mcpr_1: The call was interrupted; there is no output.';
  expect(shown(history)).toEqual([['user: Go', interrupted], '']);
});

test('the text of reasoning is shown, from the item or from its sealed text', () => {
  const history = [
    GO,
    reasoning('stored', { encrypted_content: sealed(['sealed'], MODEL, 'of the server') }),
    item('reasoning', {
      summary: [{ type: 'summary_text', text: 'short' }],
      encrypted_content: sealed(['one', 'two']),
    }),
    message('assistant', 'Yes'),
  ];
  const { items, repairs } = assembled(history, []);
  expect(items.slice(1, 3)).toEqual([
    {
      type: 'reasoning',
      content: [{ text: 'stored' }],
      summary: [],
      encrypted_content: 'of the server',
    },
    {
      type: 'reasoning',
      content: [{ text: 'one' }, { text: 'two' }],
      summary: [{ text: 'short' }],
    },
  ]);
  expect(repairs).toBe('');
});

test('an encrypted text of another server is not shown, and is counted', () => {
  const history = [
    GO,
    item('reasoning', {
      summary: [{ type: 'summary_text', text: 'short' }],
      encrypted_content: 'gAAAAABo',
    }),
    reasoning('readable', { encrypted_content: 'gAAAAABo' }),
    message('assistant', 'Yes'),
  ];
  const { items, repairs } = assembled(history, []);
  expect(items.map(brief)).toEqual(['user: Go', 'reasoning: readable', 'assistant: Yes']);
  expect(items[1]).not.toHaveProperty('encrypted_content', expect.any(String));
  expect(repairs).toBe('foreign_reasoning=2');
});

test('reasoning of another model is not shown, whether the item or its sealed text names the model', () => {
  const history = [
    { item: GO },
    { item: reasoning('own'), model: MODEL },
    { item: reasoning('other'), model: 'large' },
    { item: item('reasoning', { encrypted_content: sealed(['other'], 'large') }) },
    {
      item: reasoning('', {
        content: [{ type: 'hologram' }, { type: 'reasoning_text', text: 'unknown' }],
      }),
    },
    { item: message('assistant', 'Yes'), model: 'large' },
  ];
  const { items, repairs } = assembled([], [], { history });
  expect(items.map(brief)).toEqual([
    'user: Go',
    'reasoning: own',
    'reasoning: unknown',
    'assistant: Yes',
  ]);
  expect(repairs).toBe('other_model_reasoning=2');
});

test('reasoning is not shown alone where the hosted call after it is left out', () => {
  const history = [GO, reasoning('Hm'), item('web_search_call'), message('user', 'Well?')];
  expect(shown(history)).toEqual([['user: Go', 'user: Well?'], 'hosted_item=1']);
  const answered = [...history.slice(0, 3), message('assistant', 'Yes')];
  expect(shown(answered)[0]).toEqual(['user: Go', 'reasoning: Hm', 'assistant: Yes']);
});

test('items of unknown types are left out and counted', () => {
  expect(shown([GO, item('telepathy_call'), item('mood'), item('mood')])).toEqual([
    ['user: Go'],
    'unknown_item=3',
  ]);
});

test('every type of the contract is shown, or has a place in the counts', () => {
  const silent = ['mcp_list_tools', 'mcp_approval_response'];
  for (const { type, example } of ITEM_DEFINITIONS) {
    const only: JsonObject = { id: 'item_1', ...example };
    const { items, repairs } = assembled([], [only], { mode: 'repair' });
    expect(repairs, type).not.toContain('unknown_item');
    if (!silent.includes(type)) expect(items.length + repairs.length, type).toBeGreaterThan(0);
  }
});
