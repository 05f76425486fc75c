import { stringField, type JsonObject } from '../base/json-object.ts';
import { NO_OUTPUT } from '../history/calls.ts';

const REFUSED = 'The call was not approved.';

/** Output that the model is shown for a request for an approval. `isOpen` if the request has no answer yet. */
export interface ApprovalOutput {
  readonly output: string;
  readonly isOpen: boolean;
}

/** Finds outputs of requests for approvals, by the ids of the requests. A request that a call follows has none. */
export function approvalOutputs(
  items: readonly JsonObject[],
): (request: string) => ApprovalOutput | undefined {
  const called = new Set<string>();
  const answers = new Map<string, JsonObject>();
  for (const item of items) {
    const request = stringField(item, 'approval_request_id') ?? '';
    if (item['type'] === 'mcp_call') called.add(request);
    else if (!answers.has(request)) answers.set(request, item);
  }
  return (request) => {
    if (called.has(request)) return undefined;
    const answer = answers.get(request);
    if (answer === undefined) return { output: REFUSED, isOpen: true };
    const reason = stringField(answer, 'reason') ?? '';
    const refusal = reason === '' ? REFUSED : `The call was not approved: ${reason}`;
    return { output: answer['approve'] === true ? NO_OUTPUT : refusal, isOpen: false };
  };
}
