import type { ConversationRef } from '../../store/conversations/port.ts';
import type { Store } from '../../store/store.ts';
import { ALL } from '../../base/row-filter.ts';
import { retried } from '../responses/commit.ts';
import type { HeldTurn } from '../responses/held-turn.ts';
import type { TurnStorage } from '../responses/turn-storage.ts';
import { lastEvents } from './event-text.ts';
import type { ResponseHead } from '../responses/turn-response.ts';
import type { EventWriter } from './event-writer.ts';

export interface BackgroundStorageParams {
  readonly store: Pick<Store, 'responses' | 'background'>;
  readonly conversation: ConversationRef;
  readonly head: ResponseHead;
  readonly turn: HeldTurn;
  /** `undefined` when events are not stored. */
  readonly writer: EventWriter | undefined;
}

/** Returns the storage of a turn in the background. The last event is stored with the response. */
export function backgroundStorage(params: BackgroundStorageParams): TurnStorage {
  const { store, conversation, head, turn, writer } = params;
  return {
    keepsAllEnds: true,
    commit: async (exchange, last) => {
      await writer?.flush();
      const background = { last: writer === undefined ? undefined : lastEvents(head, last) };
      const result = await retried(exchange, (rest) =>
        store.responses.commitTurn({
          ...conversation,
          ...turn.ref,
          ...rest,
          continuesAt: undefined,
          background,
        }),
      );
      if (result === 'stored') turn.end();
      if (result !== 'lost' && result !== 'moved_on') return result;
      return (await turn.wasInterrupted()) ? 'interrupted' : 'lost';
    },
    commitAlone: async (response, last) => {
      await writer?.flush();
      const isEnded = await store.background.end({
        ...conversation,
        access: ALL,
        response,
        last: writer === undefined ? undefined : lastEvents(head, last),
        token: turn.ref.token,
      });
      if (isEnded) turn.end();
    },
    release: () => turn.release(),
  };
}
