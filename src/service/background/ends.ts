import { ALL, type RowFilter } from '../../base/row-filter.ts';
import { apiError, type ApiError } from '../../contract/errors/registry.ts';
import type { BackgroundResponse } from '../../store/background/port.ts';
import { responseFailure } from '../models/failures.ts';
import type { HeldTurn } from '../responses/held-turn.ts';
import {
  responseOf,
  storedResponse,
  terminalEvent,
  type Ending,
} from '../responses/turn-response.ts';
import type { BackgroundContext } from './context.ts';
import { lastEvents } from './event-text.ts';
import { headOf, storedRequest, type StoredRequest } from './stored-request.ts';

/** Ends of responses without output: those that are cancelled, that could not begin, or whose process has stopped. */
export class BackgroundEnds {
  readonly #context: Pick<BackgroundContext, 'store' | 'followers'>;

  constructor(context: Pick<BackgroundContext, 'store' | 'followers'>) {
    this.#context = context;
  }

  /** Stores a response as failed, and gives the turn back. `false` when it has ended before. */
  fail(
    response: BackgroundResponse,
    stored: StoredRequest,
    error: ApiError,
    held: HeldTurn,
  ): Promise<boolean> {
    const ending = { status: 'failed', error: responseFailure(error) } as const;
    return this.#end(response, stored, ending, { access: ALL, held });
  }

  /** Ends a response whose process has stopped, or has lost the conversation to another turn. */
  async abandoned(response: BackgroundResponse, held: HeldTurn): Promise<void> {
    if (await this.cancelInterrupted(response)) return;
    await this.fail(response, storedRequest(response), apiError('background_abandoned'), held);
  }

  /** Stores a response as cancelled, if its turn was interrupted. */
  async cancelInterrupted(response: BackgroundResponse): Promise<boolean> {
    const { token } = response;
    if (token === undefined) return false;
    const isInterrupted = await this.#context.store.turns.wasInterrupted({ ...response, token });
    return isInterrupted && this.cancel(response, storedRequest(response), ALL);
  }

  /** Stores a response as cancelled. `false` when it has ended before, or the filter does not match. */
  cancel(response: BackgroundResponse, stored: StoredRequest, access: RowFilter): Promise<boolean> {
    return this.#end(response, stored, { status: 'cancelled' }, { access });
  }

  async #end(
    response: BackgroundResponse,
    stored: StoredRequest,
    ending: Ending,
    { access, held }: { readonly access: RowFilter; readonly held?: HeldTurn },
  ): Promise<boolean> {
    const { store, followers } = this.#context;
    const { tenant, conversationId, id, isStreamed } = response;
    const head = headOf(response, stored);
    const end = { ...ending, usage: null };
    const isEnded = await store.background.end({
      tenant,
      conversationId,
      access,
      response: storedResponse(head, end, [], null),
      last: isStreamed ? lastEvents(head, terminalEvent(responseOf(head, end, []), 0)) : undefined,
      token: held?.ref.token,
    });
    if (isEnded) {
      held?.end();
      followers.wake(id);
    }
    return isEnded;
  }
}
