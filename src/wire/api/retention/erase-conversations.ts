import {
  EraseConversationsBody,
  ErasureReceipt,
  parseEraseConversations,
} from '../../../contract/retention/erasure.ts';
import type { Erasures } from '../../../service/retention/erasures.ts';
import type { Route } from '../../http/route.ts';
import { ERASURE, TAG } from '../conversations/paths.ts';
import { defineRoute } from '../define-route.ts';

export function eraseConversations(erasures: Erasures): Route {
  return defineRoute({
    method: 'POST',
    path: ERASURE,
    operationId: 'eraseConversations',
    summary: 'Delete the conversations that match for good, or count them',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    // What the caller may not delete does not match.
    audited: () => ({ action: 'delete', resource: undefined, demands: [] }),
    query: {},
    body: { schema: EraseConversationsBody, required: true },
    response: { description: 'The receipt', schema: ErasureReceipt },
    errors: [],
    handle: async (call) => {
      const params = parseEraseConversations(call.body);
      return JSON.stringify(await erasures.ofPrincipal(call.principal, params, call.signal));
    },
  });
}
