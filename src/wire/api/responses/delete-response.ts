import { ResponseDeleted, responseDeleted } from '../../../contract/responses/response.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { RESPONSE, responseId, TAG } from './paths.ts';

export function deleteResponse(responses: Responses): Route {
  return defineRoute({
    method: 'DELETE',
    path: RESPONSE,
    operationId: 'deleteResponse',
    summary: 'Delete a response; the items of its conversation stay',
    tag: TAG,
    isPublic: false,
    audited: onResponse('delete', 'read'),
    query: {},
    response: { description: 'That it is deleted', schema: ResponseDeleted },
    errors: [404],
    handle: async (call) => {
      const id = responseId(call);
      await responses.delete(call.principal, id);
      return JSON.stringify(responseDeleted(id));
    },
  });
}
