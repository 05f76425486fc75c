import { Type } from 'typebox';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { DetailedResponse } from '../../../contract/responses/details.ts';
import { ResponseStreamEvent } from '../../../contract/responses/stream-events.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import type { Route } from '../../http/route.ts';
import { onResponse } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { followingStream } from './following-stream.ts';
import { storedJson } from './json.ts';
import { responseFields } from './parameters.ts';
import { RESPONSE, responseId, TAG } from './paths.ts';

/** More than a stream has events. */
const LAST_NUMBER = 2 ** 31;

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
      ...responseFields,
      stream: {
        description:
          'The events of a response that was made with `background: true` and `stream: true`, also while it is made.',
        schema: Type.Optional(TrueOrFalse),
      },
      starting_after: {
        description:
          'The number of the last event that the client has. Without `stream`, it has no effect.',
        schema: Type.Optional(Type.Integer()),
      },
      include_obfuscation: {
        description: 'Has no effect: events are not padded.',
        schema: Type.Optional(TrueOrFalse),
      },
    },
    response: {
      description: 'The response; with `stream=true`, its events as `text/event-stream`',
      schema: DetailedResponse,
    },
    streamed: ResponseStreamEvent,
    errors: [404],
    handle: async (call) => {
      const { include, exclude, stream, starting_after: after = -1 } = call.query;
      const id = responseId(call);
      if (stream === 'true') {
        // What is beyond the end of any stream is beyond this one's.
        const last = Math.min(Math.max(after, -1), LAST_NUMBER);
        return followingStream(await responses.events(call.principal, id, last, call.signal));
      }
      const response = await responses.get(call.principal, id, !exclude.includes('output'));
      return storedJson(response, contract, { include, exclude });
    },
  });
}
