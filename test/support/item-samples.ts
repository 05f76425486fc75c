/** One sample for each item type: what a caller sends at the least, and what it becomes. */

export interface ItemSample {
  readonly type: string;
  readonly prefix: string;
  /** Whether the caller must bring the id. */
  readonly idRequired?: boolean;
  readonly sent: Readonly<Record<string, unknown>>;
  /** What normalising adds or changes. */
  readonly added?: Readonly<Record<string, unknown>>;
}

const completed = { status: 'completed' };

export const ITEM_SAMPLES: readonly ItemSample[] = [
  {
    type: 'message',
    prefix: 'msg',
    sent: { role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
    added: completed,
  },
  {
    type: 'function_call',
    prefix: 'fc',
    sent: { call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
    added: completed,
  },
  {
    type: 'function_call_output',
    prefix: 'fc',
    sent: { call_id: 'call_1', output: 'done' },
    added: completed,
  },
  {
    type: 'file_search_call',
    prefix: 'fs',
    idRequired: true,
    sent: { status: 'completed', queries: ['q'] },
    added: { results: null },
  },
  {
    type: 'web_search_call',
    prefix: 'ws',
    idRequired: true,
    sent: { status: 'completed', action: { type: 'search', query: 'q' } },
  },
  {
    type: 'image_generation_call',
    prefix: 'ig',
    idRequired: true,
    sent: { status: 'completed', result: null },
  },
  {
    type: 'computer_call',
    prefix: 'cu',
    idRequired: true,
    sent: {
      status: 'completed',
      call_id: 'call_1',
      pending_safety_checks: [],
      action: { type: 'click', button: 'left', x: 1, y: 2 },
    },
  },
  {
    type: 'computer_call_output',
    prefix: 'cuo',
    sent: {
      call_id: 'call_1',
      output: { type: 'computer_screenshot', image_url: 'https://example.com/a.png' },
    },
    added: completed,
  },
  {
    type: 'tool_search_call',
    prefix: 'tsc',
    sent: { arguments: { query: 'weather' } },
    added: { ...completed, call_id: null, execution: 'server' },
  },
  {
    type: 'tool_search_output',
    prefix: 'tso',
    sent: { tools: [{ type: 'function', name: 'f', parameters: {}, strict: true }] },
    added: { ...completed, call_id: null, execution: 'server' },
  },
  {
    type: 'additional_tools',
    prefix: 'at',
    sent: { role: 'developer', tools: [{ type: 'web_search' }] },
  },
  { type: 'configuration_update', prefix: 'cfg', sent: { reasoning: { effort: 'low' } } },
  {
    type: 'reasoning',
    prefix: 'rs',
    sent: { summary: [{ type: 'summary_text', text: 's' }], id: 'rs_1' },
  },
  { type: 'compaction', prefix: 'cmp', sent: { encrypted_content: 'opaque' } },
  {
    type: 'program',
    prefix: 'prog',
    idRequired: true,
    sent: { call_id: 'call_1', code: 'x', fingerprint: 'f' },
  },
  {
    type: 'program_output',
    prefix: 'po',
    idRequired: true,
    sent: { status: 'completed', call_id: 'call_1', result: 'r' },
  },
  {
    type: 'code_interpreter_call',
    prefix: 'ci',
    idRequired: true,
    sent: { status: 'completed', container_id: 'cntr_1', code: '1', outputs: null },
  },
  {
    type: 'local_shell_call',
    prefix: 'lsh',
    idRequired: true,
    sent: {
      status: 'completed',
      call_id: 'call_1',
      action: { type: 'exec', command: ['ls'], env: { A: 'b' } },
    },
  },
  {
    type: 'local_shell_call_output',
    prefix: 'lsho',
    idRequired: true,
    sent: { output: 'o' },
  },
  {
    type: 'shell_call',
    prefix: 'sh',
    sent: { call_id: 'call_1', action: { commands: ['ls'] } },
    added: {
      ...completed,
      action: { commands: ['ls'], max_output_length: null, timeout_ms: null },
      environment: null,
    },
  },
  {
    type: 'shell_call_output',
    prefix: 'sho',
    sent: {
      call_id: 'call_1',
      output: [{ outcome: { type: 'exit', exit_code: 0 }, stderr: '', stdout: 'x' }],
    },
    added: { ...completed, max_output_length: null },
  },
  {
    type: 'apply_patch_call',
    prefix: 'apc',
    sent: {
      status: 'completed',
      call_id: 'call_1',
      operation: { type: 'delete_file', path: 'a' },
    },
  },
  {
    type: 'apply_patch_call_output',
    prefix: 'apco',
    sent: { status: 'failed', call_id: 'call_1' },
  },
  {
    type: 'mcp_list_tools',
    prefix: 'mcpl',
    idRequired: true,
    sent: { server_label: 's', tools: [{ name: 't', input_schema: { type: 'object' } }] },
  },
  {
    type: 'mcp_approval_request',
    prefix: 'mcpr',
    idRequired: true,
    sent: { arguments: '{}', name: 't', server_label: 's' },
  },
  {
    type: 'mcp_approval_response',
    prefix: 'mcpa',
    sent: { approval_request_id: 'mcpr_1', approve: true },
    added: { reason: null },
  },
  {
    type: 'mcp_call',
    prefix: 'mcp',
    idRequired: true,
    sent: { arguments: '{}', name: 't', server_label: 's' },
    added: { approval_request_id: null, error: null, output: null },
  },
  {
    type: 'custom_tool_call',
    prefix: 'ctc',
    sent: { call_id: 'call_1', input: 'i', name: 'n' },
  },
  {
    type: 'custom_tool_call_output',
    prefix: 'ctco',
    sent: { call_id: 'call_1', output: 'o' },
  },
];
