import fc from 'fast-check';
import type { JsonObject } from '../../src/base/json-object.ts';

/** Few ids, so that random items meet in them. */
const callIds = fc.constantFrom('a', 'b', 'c', 'd');
const itemIds = fc.option(fc.constantFrom('i', 'j', 'k'), { nil: undefined, freq: 12 });
const requests = fc.constantFrom('mcpr_1', 'mcpr_2');
const texts = fc.constantFrom('', 'yes', 'yes', 'no');
const statuses = fc.constantFrom('completed', 'completed', 'in_progress', 'incomplete');

const roles = fc.constantFrom('user', 'user', 'assistant', 'assistant', 'system', 'developer');

/** Types of calls and outputs, each with its share among the random items. */
const PAIRED: Readonly<Record<string, number>> = {
  function_call: 6,
  function_call_output: 6,
  custom_tool_call: 2,
  custom_tool_call_output: 2,
  shell_call: 2,
  shell_call_output: 2,
  computer_call: 2,
  computer_call_output: 2,
  apply_patch_call: 2,
  local_shell_call_output: 1,
};

const fields: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 10, arbitrary: messages() },
  ...Object.entries(PAIRED).map(([type, weight]) => ({ weight, arbitrary: pairItem(type) })),
  { weight: 6, arbitrary: texts.map((text) => ({ type: 'reasoning', content: [{ text }] })) },
  { weight: 2, arbitrary: requests.map((id) => ({ type: 'mcp_approval_request', id })) },
  { weight: 3, arbitrary: approvals() },
  { weight: 3, arbitrary: mcpCalls() },
  { weight: 4, arbitrary: otherItems() },
  { weight: 1, arbitrary: fc.constant({ type: 'compaction', encrypted_content: 'foreign' }) },
);

function messages(): fc.Arbitrary<JsonObject> {
  const content = fc.array(
    texts.map((text) => ({ type: 'output_text', text })),
    { maxLength: 2 },
  );
  return fc.record({ type: fc.constant('message'), role: roles, content });
}

function pairItem(type: string): fc.Arbitrary<JsonObject> {
  const field = type.endsWith('_output') ? 'output' : 'arguments';
  return callIds.map((callId) => ({ type, call_id: callId, [field]: `{ "at":"${callId}" }` }));
}

function approvals(): fc.Arbitrary<JsonObject> {
  const type = fc.constant('mcp_approval_response');
  return fc.record({ type, approval_request_id: requests, approve: fc.boolean() });
}

function mcpCalls(): fc.Arbitrary<JsonObject> {
  return fc.record({ type: fc.constant('mcp_call'), approval_request_id: fc.option(requests) });
}

function otherItems(): fc.Arbitrary<JsonObject> {
  const types = ['web_search_call', 'mcp_list_tools', 'something_new', 'new_tool_call'];
  return fc.record({ type: fc.constantFrom(...types) });
}

const item: fc.Arbitrary<JsonObject> = fc
  .record({ fields, id: itemIds, status: statuses })
  .map(({ fields: own, id, status }) => ({ ...(id === undefined ? {} : { id }), status, ...own }));

/** Lists of items that are broken in every way. */
export const histories: fc.Arbitrary<readonly JsonObject[]> = fc.array(item, { maxLength: 24 });

const userTurn = fc
  .record({ text: fc.constantFrom('yes', 'no'), role: fc.constantFrom('user', 'user', 'system') })
  .map(({ text, role }) => [{ type: 'message', role, content: [{ type: 'input_text', text }] }]);

function callTurn(types: readonly string[]): fc.Arbitrary<readonly JsonObject[]> {
  const kinds = fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 3 });
  return fc
    .record({ kinds, thinks: fc.boolean(), isReversed: fc.boolean() })
    .map(({ kinds: called, thinks, isReversed }) => {
      const calls = called.map((type, place) => ({ type, call_id: `call_${place}` }));
      const outputs = calls.map((call) => ({ ...call, type: `${call.type}_output`, output: 'ok' }));
      const thoughts = thinks ? [{ type: 'reasoning', content: [{ text: 'Hm' }] }] : [];
      return [...thoughts, ...calls, ...(isReversed ? outputs.toReversed() : outputs)];
    });
}

const answer = fc.constantFrom('assistant').map((role) => [
  { type: 'reasoning', content: [{ text: 'Hm' }] },
  { type: 'message', role, status: 'completed', content: [{ type: 'output_text', text: 'So' }] },
]);

/** Lists of whole turns, in which nothing is wrong, with calls of some types. */
export function healthyHistories(
  types: readonly string[] = ['function_call', 'custom_tool_call', 'local_shell_call'],
): fc.Arbitrary<readonly JsonObject[]> {
  return fc
    .array(fc.oneof(userTurn, callTurn(types), answer), { maxLength: 12 })
    .map((turns) => turns.flat().map((entry, place) => ({ id: `item_${place}`, ...entry })));
}
