import { stringField, type JsonObject } from '../base/json-object.ts';
import { NO_OUTPUT } from '../history/calls.ts';

const REFUSED = 'The call was not approved.';

/** State of a request for an approval. */
export type Approval =
  /** The call follows in an item of its own. */
  | { readonly kind: 'called' }
  /** The model is shown a call with this output. */
  | { readonly kind: 'uncalled'; readonly output: string; readonly isOpen: boolean };

/** Finds the answers to requests for approvals, by the ids of the requests. */
export function approvalsOf(items: readonly JsonObject[]): (request: string) => Approval {
  const called = new Set<string>();
  const answers = new Map<string, JsonObject>();
  for (const item of items) {
    const request = stringField(item, 'approval_request_id');
    if (request === undefined) continue;
    if (item['type'] === 'mcp_call') called.add(request);
    if (item['type'] === 'mcp_approval_response' && !answers.has(request)) {
      answers.set(request, item);
    }
  }
  return (request) => {
    if (called.has(request)) return { kind: 'called' };
    const answer = answers.get(request);
    if (answer === undefined) return { kind: 'uncalled', output: REFUSED, isOpen: true };
    const reason = stringField(answer, 'reason') ?? '';
    const refusal = reason === '' ? REFUSED : `The call was not approved: ${reason}`;
    const output = answer['approve'] === true ? NO_OUTPUT : refusal;
    return { kind: 'uncalled', output, isOpen: false };
  };
}
