import { Type } from 'typebox';
import { apiError } from '../../../contract/errors/registry.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { ResponseObject } from '../../../contract/responses/response.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { include } from '../conversations/parameters.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { storedJson } from './json.ts';
import { RESPONSE, responseId, TAG } from './paths.ts';

const TrueOrFalse = Type.Enum(['true', 'false']);

export function getResponse(responses: Responses, contract: ItemContract): Route {
  return defineRoute({
    method: 'GET',
    path: RESPONSE,
    operationId: 'getResponse',
    summary: 'Get a stored response',
    tag: TAG,
    isPublic: false,
    audited: onResponse('read'),
    query: {
      include,
      stream: {
        description: 'Only responses that were made in the background can be streamed later.',
        schema: Type.Optional(TrueOrFalse),
      },
      starting_after: {
        description: 'Has a meaning for streams only.',
        schema: Type.Optional(Type.Integer()),
      },
      include_obfuscation: {
        description: 'Has no effect: events are not padded.',
        schema: Type.Optional(TrueOrFalse),
      },
    },
    response: { description: 'The response', schema: ResponseObject },
    errors: [404],
    handle: async (call) => {
      const { include: included, stream } = call.query;
      const response = await responses.get(call.principal, responseId(call));
      if (stream === 'true') throw apiError('cannot_stream_synchronous');
      return storedJson(response, contract, included);
    },
  });
}
