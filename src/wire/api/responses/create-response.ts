import type { ItemContract } from '../../../contract/items/contract.ts';
import { createResponseBody } from '../../../contract/responses/parameters/table.ts';
import { responseParser, type ResponseRequest } from '../../../contract/responses/requests.ts';
import { ResponseObject } from '../../../contract/responses/response.ts';
import {
  errorEvent,
  ResponseStreamEvent,
  streamFrame,
} from '../../../contract/responses/stream-events.ts';
import { replayedEvents } from '../../../service/generation/replay.ts';
import type {
  AnsweringTurn,
  KeyedResponses,
} from '../../../service/idempotency/keyed-responses.ts';
import type { Responses } from '../../../service/responses/responses.ts';
import { eventStream } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import { stopReason } from '../../http/signal.ts';
import { defineRoute } from '../define-route.ts';
import { whenBusyHeader, whenBusyOf } from '../when-busy.ts';
import { auditedTurn } from './audited-turn.ts';
import { COLLECTION, MAX_INPUT_ITEMS, TAG } from './paths.ts';
import { storedJson } from './json.ts';
import { followingStream } from './following-stream.ts';

const REPAIRS = 'x-colloquy-repairs';

export function createResponse(
  keyed: KeyedResponses,
  responses: Responses,
  contract: ItemContract,
): Route {
  const parse = responseParser(contract, { maxInputItems: MAX_INPUT_ITEMS });
  return defineRoute({
    method: 'POST',
    path: COLLECTION,
    operationId: 'createResponse',
    summary: 'Have a model answer, in a conversation or after an earlier response',
    tag: TAG,
    isPublic: false,
    audited: auditedTurn,
    query: {},
    isRepeatable: true,
    headers: whenBusyHeader(
      'With `reject`, a conversation in which another response is being made is refused at once, with `conversation_locked`. With `interrupt`, that response is cancelled.',
    ),
    body: { schema: createResponseBody(contract.InputItem, MAX_INPUT_ITEMS), required: true },
    response: {
      description: 'The response; with `stream: true`, its events as `text/event-stream`',
      schema: ResponseObject,
    },
    streamed: ResponseStreamEvent,
    errors: [404, '4XX', 500, 503],
    handle: async (call, key) => {
      const request = parse(call.body);
      const answer = await keyed.begin(call.principal, request, key, {
        whenBusy: whenBusyOf(call),
        signal: call.signal,
        isClientGone: () => stopReason(call.signal) === 'client_gone',
      });
      if (answer.kind === 'queued') {
        const { json, ref, head } = answer.queued;
        if (!request.stream) return json;
        return followingStream(responses.background.follow({ ref, head }, -1, call.signal));
      }
      if (answer.kind === 'replay') {
        if (request.background && request.stream) {
          const { principal, signal } = call;
          return followingStream(await responses.events(principal, answer.responseId, -1, signal));
        }
        const text = storedJson(answer.response, contract, request);
        return request.stream
          ? eventStream(replay(text, request), (error) => streamFrame(errorEvent(0, error)))
          : text;
      }
      const { turn, repairs } = answer;
      if (repairs !== '') call.addHeader(REPAIRS, repairs);
      if (!request.stream) return JSON.stringify(await turn.whole());
      return eventStream(frames(turn), (error) => streamFrame(turn.failure(error)));
    },
  });
}

/** Yields the events of a turn as frames, and returns the terminal one. */
async function* frames(turn: AnsweringTurn): AsyncGenerator<string, string, void> {
  try {
    for (;;) {
      const step = await turn.step();
      if (!step.isLast) yield step.events.map(streamFrame).join('');
      // The stream's failure, so that it is reported as one; its event is the same.
      else if (step.error !== undefined) throw step.error;
      else return streamFrame(step.event);
    }
  } finally {
    await turn.leave();
  }
}

/** Yields the events of a stored response as frames, and returns the terminal one. */
async function* replay(
  text: string,
  { echo }: ResponseRequest,
): AsyncGenerator<string, string, void> {
  // Sound: the store holds what `responseObject` made.
  const events = replayedEvents(JSON.parse(text) as ResponseObject, echo);
  yield events.slice(0, -1).map(streamFrame).join('');
  return events.slice(-1).map(streamFrame).join('');
}
