import { ITEM_SAMPLES } from '../../support/item-samples.ts';

type Item = Readonly<Record<string, unknown>>;

/** A picture of a lake of 96 by 60 pixels, as a PNG. */
const PIXELS =
  'iVBORw0KGgoAAAANSUhEUgAAAGAAAAA8CAIAAAAWtijjAAABNUlEQVR42u3XV0pDARSE4VnYWUkW4XMssff6JiIiIiIyiIiIiEiMvfc9nHW4gxE15t4kA98Chv9tsFxPE7ByliZgtZEmYO08TcD6RZqAjcs0AZtXaQK2rtMEbN+kCdi5TRPAuzQBu/dpAvYe0gTsP6YJOHhKE3D4nCbg6CVNwPFrmoCTtzQBp+9pAuofaQIan2kCKqOVYvVUa1qx81DaLiUphfJ3KbYU2qhLIaXQjl1aWQpt3aUFpdAZXf6vFDqsS9NLoVO7NKsUOr7LH0uhe7r8rhS6sMuPShX/xUrOgb4LFFWagOilCYg+moDopwmIAZqAqNEExCBNQAzRBMQwTUCM0ATEKE1AjNEExDhNQEzQBMQkTUBM0QTENE1AzNAExCxNQMzRBMQ8TUAs0ATEIk1ALNGEL/W00mvBSiNGAAAAAElFTkSuQmCC';

/** A second of silence would be long: this is a WAV header with four samples. */
const SOUND = 'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQQAAACAgICA';

/** The contract's example of each type, with an id and a call id of its own. */
export function examples(): readonly Item[] {
  return ITEM_SAMPLES.map(({ type, prefix, sent }, at) => ({
    id: `${prefix}_example${String(at).padStart(4, '0')}`,
    type,
    ...sent,
    ...(sent['call_id'] !== undefined && { call_id: `call_example${at}` }),
  }));
}

/** Items in which each type, and each kind of part, says something. */
export const TELLING: readonly Item[] = [
  {
    type: 'message',
    role: 'user',
    content: [
      { type: 'input_text', text: 'What is on these?' },
      { type: 'input_image', image_url: `data:image/png;base64,${PIXELS}` },
      { type: 'input_image', image_url: 'https://images.example/lake.png' },
      { type: 'input_image', file_id: 'file_image1' },
      { type: 'input_audio', input_audio: { data: SOUND, format: 'wav' } },
      {
        type: 'input_file',
        filename: 'lakes.csv',
        file_data: 'data:text/csv;base64,bmFtZSxkZXB0aAo=',
      },
      { type: 'input_file', filename: 'report.pdf', file_url: 'https://files.example/report.pdf' },
    ],
  },
  {
    type: 'message',
    role: 'assistant',
    content: [
      {
        type: 'output_text',
        text: 'The Oeschinensee is **56 m** deep.',
        annotations: [
          {
            type: 'url_citation',
            url: 'https://lakes.example/oeschinen',
            title: 'Lakes of the Alps',
            start_index: 4,
            end_index: 16,
          },
          { type: 'file_citation', file_id: 'file_cited1', filename: 'depths.csv', index: 3 },
        ],
      },
      { type: 'refusal', refusal: 'I do not guess the depth of the others.' },
    ],
  },
  {
    type: 'shell_call',
    call_id: 'call_shell1',
    action: { commands: ['ls -la lakes', 'cat depths.csv'], timeout_ms: 5000 },
    environment: { type: 'local' },
  },
  {
    type: 'shell_call_output',
    call_id: 'call_shell1',
    output: [
      { outcome: { type: 'exit', exit_code: 0 }, stdout: 'depths.csv\n', stderr: '' },
      { outcome: { type: 'exit', exit_code: 1 }, stdout: '', stderr: 'cat: no such file' },
    ],
  },
  {
    type: 'local_shell_call',
    id: 'lsh_local1',
    call_id: 'lsh_local1',
    status: 'completed',
    action: {
      type: 'exec',
      command: ['grep', '-r', "it's deep", '.'],
      env: { LANG: 'C' },
      working_directory: '/lakes',
    },
  },
  {
    type: 'local_shell_call_output',
    id: 'lsh_local1_out',
    call_id: 'lsh_local1',
    output: './a: deep',
  },
  {
    type: 'apply_patch_call',
    call_id: 'call_patch1',
    status: 'completed',
    operation: {
      type: 'update_file',
      path: 'lakes/depths.csv',
      diff: '@@ -1,3 +1,3 @@\n name,depth\n-Oeschinensee,55\n+Oeschinensee,56\n Blausee,10',
    },
  },
  {
    type: 'apply_patch_call_output',
    call_id: 'call_patch1',
    status: 'completed',
    output: 'Done!',
  },
  {
    type: 'computer_call',
    id: 'cu_telling1',
    call_id: 'call_screen1',
    status: 'completed',
    pending_safety_checks: [{ id: 'cu_check1', code: 'malicious', message: 'Is this page yours?' }],
    actions: [
      { type: 'click', button: 'left', x: 120, y: 48 },
      { type: 'type', text: 'depth of the lake' },
      { type: 'keypress', keys: ['CTRL', 'ENTER'] },
    ],
  },
  {
    type: 'computer_call_output',
    call_id: 'call_screen1',
    output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${PIXELS}` },
    acknowledged_safety_checks: [{ id: 'cu_check1', message: 'Confirmed by Ann.' }],
  },
  {
    type: 'custom_tool_call',
    call_id: 'call_custom1',
    name: 'run_sql',
    input: 'SELECT name\nFROM lakes\nWHERE depth > 50',
  },
  {
    type: 'custom_tool_call_output',
    call_id: 'call_custom1',
    output: [
      { type: 'input_text', text: 'one row' },
      { type: 'input_image', image_url: `data:image/png;base64,${PIXELS}` },
    ],
  },
  {
    type: 'web_search_call',
    id: 'ws_telling1',
    status: 'completed',
    action: {
      type: 'search',
      query: 'depth of the Oeschinensee',
      queries: ['Oeschinensee depth'],
      sources: [{ type: 'url', url: 'https://lakes.example/source' }],
    },
  },
  {
    type: 'web_search_call',
    id: 'ws_telling2',
    status: 'completed',
    action: { type: 'find_in_page', pattern: 'metres', url: 'https://lakes.example/page' },
  },
  {
    type: 'file_search_call',
    id: 'fs_telling1',
    status: 'completed',
    queries: ['depth'],
    results: [
      {
        file_id: 'file_found1',
        filename: 'found.txt',
        score: 0.91,
        text: 'It is 56 m deep.',
        attributes: { year: 2024 },
      },
    ],
  },
  {
    type: 'code_interpreter_call',
    id: 'ci_telling1',
    status: 'completed',
    container_id: 'cntr_telling1',
    code: 'depths = [56, 10]\nprint(max(depths))',
    outputs: [
      { type: 'logs', logs: 'largest: 56' },
      { type: 'image', url: `data:image/png;base64,${PIXELS}` },
    ],
  },
  {
    type: 'image_generation_call',
    id: 'ig_telling1',
    status: 'completed',
    result: PIXELS,
    revised_prompt: 'A lake below a white mountain',
    size: '1024x1024',
    quality: 'high',
  },
  {
    type: 'mcp_list_tools',
    id: 'mcpl_telling1',
    server_label: 'lakes',
    tools: [
      {
        name: 'find_lake',
        description: 'Finds a lake by its name',
        input_schema: { type: 'object', properties: { name: { type: 'string' } } },
      },
    ],
  },
  {
    type: 'mcp_approval_request',
    id: 'mcpr_telling1',
    server_label: 'lakes',
    name: 'drain_lake',
    arguments: '{"name":"Blausee"}',
  },
  {
    type: 'mcp_approval_response',
    approval_request_id: 'mcpr_telling1',
    approve: false,
    reason: 'Nobody drains it.',
  },
  {
    type: 'mcp_call',
    id: 'mcp_telling1',
    server_label: 'lakes',
    name: 'find_lake',
    arguments: '{"name":"Blausee"}',
    error: { type: 'mcp_protocol_error', code: -32602, message: 'the name is not known' },
  },
  {
    type: 'tool_search_call',
    arguments: { query: 'weather tools' },
  },
  {
    type: 'tool_search_output',
    tools: [{ type: 'function', name: 'get_weather', parameters: { type: 'object' } }],
  },
  { type: 'additional_tools', role: 'developer', tools: [{ type: 'web_search' }] },
  {
    type: 'configuration_update',
    reasoning: { effort: 'low' },
  },
  {
    type: 'program',
    id: 'prog_telling1',
    call_id: 'call_program1',
    code: 'const lake = await find("Blausee");',
    fingerprint: 'fp_telling1',
  },
  {
    type: 'program_output',
    id: 'po_telling1',
    call_id: 'call_program1',
    status: 'incomplete',
    result: 'lake is not defined',
  },
  {
    type: 'reasoning',
    id: 'rs_telling1',
    summary: [{ type: 'summary_text', text: 'Compare **both** depths.' }],
    encrypted_content: 'c2VhbGVkLXJlYXNvbmluZw==',
  },
  { type: 'compaction', encrypted_content: 'c2VhbGVkLXN1bW1hcnk=' },
  { type: 'function_call', call_id: 'call_open1', name: 'find_lakes', arguments: '{"near":' },
  { type: 'function_call_output', call_id: 'call_gone1', output: 'An output alone' },
  { type: 'weather_report', outlook: { tomorrow: 'sunny' } },
];
