import { errorEvent, streamFrame } from '../../../contract/responses/stream-events.ts';
import { eventFrame, isTerminal, type EventText } from '../../../service/background/event-text.ts';
import { eventStream, type StreamAnswer } from '../../http/answer.ts';

/** A comment, for a client that has all events. */
const NOTHING = ': nothing follows\n\n';

/**
 * Returns a stream of the events of a response in the background. Its failure is not one of the response: the event
 * `error` has the number of the event before it, after which the client can go on.
 */
export function followingStream(
  lists: AsyncGenerator<readonly EventText[], void, undefined>,
): StreamAnswer {
  let sequence = 0;
  async function* frames(): AsyncGenerator<string, string, void> {
    for await (const events of lists) {
      const last = events.at(-1);
      if (last === undefined) continue;
      ({ sequence } = last);
      if (!isTerminal(last)) {
        yield events.map(eventFrame).join('');
        continue;
      }
      const rest = events.slice(0, -1);
      if (rest.length > 0) yield rest.map(eventFrame).join('');
      return eventFrame(last);
    }
    return NOTHING;
  }
  return eventStream(frames(), (error) => streamFrame(errorEvent(sequence, error)));
}
