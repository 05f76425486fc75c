import type { ItemContract } from '../../../contract/items/contract.ts';
import { ResponseObject } from '../../../contract/responses/response.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { storedJson } from './json.ts';
import { CANCEL, responseId, TAG } from './paths.ts';

export function cancelResponse(responses: Responses, contract: ItemContract): Route {
  return defineRoute({
    method: 'POST',
    path: CANCEL,
    operationId: 'cancelResponse',
    summary: 'Cancel a response that is made in the background',
    tag: TAG,
    isPublic: false,
    audited: onResponse('update', 'read'),
    query: {},
    response: { description: 'The response, which is cancelled', schema: ResponseObject },
    errors: [404],
    handle: async (call) => {
      const id = responseId(call);
      await responses.cancel(call.principal, id);
      return storedJson(await responses.get(call.principal, id), contract, { include: [] });
    },
  });
}
