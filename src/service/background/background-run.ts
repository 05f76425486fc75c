import { ALL } from '../../base/row-filter.ts';
import { ApiError, apiError } from '../../contract/errors/registry.ts';
import type { BackgroundResponse } from '../../store/background/port.ts';
import type { ConversationRef } from '../../store/conversations/port.ts';
import type { HeldTurn } from '../responses/held-turn.ts';
import type { HistoryRef } from '../responses/history.ts';
import { prepareTurn } from '../responses/prepare-turn.ts';
import type { GivenUp } from '../responses/turn-steps.ts';
import type { Turn } from '../responses/turn.ts';
import type { TurnWatch } from '../responses/turn-watch.ts';
import { backgroundStorage } from './background-storage.ts';
import type { BackgroundEnds } from './ends.ts';
import { FIRST_OF_TURN, firstEvents } from './event-text.ts';
import { EventWriter } from './event-writer.ts';
import type { BackgroundContext } from './context.ts';
import { headOf, storedRequest, type StoredRequest } from './stored-request.ts';

/** A response that this process makes in the background. */
export class BackgroundRun {
  readonly #context: BackgroundContext;
  readonly #ends: BackgroundEnds;
  readonly #response: BackgroundResponse;
  readonly #held: HeldTurn;
  readonly #stop = new AbortController();
  #turn: Turn | undefined;
  #isGivenUp = false;

  constructor(
    context: BackgroundContext,
    ends: BackgroundEnds,
    response: BackgroundResponse,
    held: HeldTurn,
  ) {
    this.#context = context;
    this.#ends = ends;
    this.#response = response;
    this.#held = held;
  }

  /** Makes the response. Resolves when it has ended, or is left to another process. */
  async run(): Promise<void> {
    const stored = storedRequest(this.#response);
    let turn: Turn | undefined;
    try {
      const writer = this.#writer();
      turn = await this.#begun(stored, writer);
      if (turn === undefined) return;
      while (!turn.isOver) {
        const step = await turn.step();
        if (!step.isLast) await writer?.add(step.events);
      }
    } catch (error) {
      const reason = error instanceof ApiError ? error : apiError('turn_stopped', undefined, error);
      if (turn !== undefined) await turn.giveUp({ kind: 'failed', error: reason });
      else if (error instanceof ApiError) await this.#fail(error, stored);
    } finally {
      await this.#held.release();
      this.#context.followers.wake(this.#response.id);
    }
  }

  /** Ends the response. One that has not asked a model is left to another process. */
  async giveUp(how: GivenUp): Promise<void> {
    this.#isGivenUp = true;
    this.#stop.abort();
    await this.#turn?.giveUp(how);
  }

  /** Stops making a response that has been cancelled. */
  cancelled(): void {
    this.#held.lose(true);
  }

  /** Prepares the turn and begins it; `undefined` when the response is not to be made here. */
  async #begun(stored: StoredRequest, writer: EventWriter | undefined): Promise<Turn | undefined> {
    const { models, store, openTurns, defaultModel } = this.#context;
    const { request, principal, model, requestId } = stored;
    const { id, tenant, conversationId } = this.#response;
    const server = await models.serverOf(model);
    const isNamed = model === defaultModel || server.isNamedFor(model);
    const watch = openTurns.beginInBackground(server, model, isNamed, requestId);
    try {
      const history = this.#history(stored);
      const head = headOf(this.#response, stored);
      const storage = backgroundStorage({
        store,
        head,
        conversation: history?.conversation ?? { tenant, conversationId, access: ALL },
        turn: this.#held,
        writer,
      });
      const plan = {
        server,
        head,
        history,
        storage,
        firstEvent: FIRST_OF_TURN,
        stop: this.#stop,
        lost: this.#held.lost,
        watch,
      };
      if (this.#isGivenUp) return this.#leave(watch);
      // At the same time, to begin sooner: a context that fails ends the response too.
      const [isAsked, prepared] = await Promise.allSettled([
        store.background.ask({ ...this.#held.ref, responseId: id }),
        prepareTurn(this.#context.preparing, principal, request, plan),
      ]);
      if (isAsked.status === 'rejected') throw isAsked.reason;
      if (!isAsked.value) return this.#leave(watch);
      if (prepared.status === 'rejected') throw prepared.reason;
      if (this.#isGivenUp) throw apiError('turn_stopped');
      const { turn } = prepared.value;
      this.#turn = turn;
      await writer?.add(firstEvents(head));
      await turn.start();
      return turn;
    } catch (error) {
      // A turn that has begun has noted its end.
      watch.stopped(error, this.#stop.signal);
      if (this.#turn !== undefined) return undefined;
      throw error;
    }
  }

  /** Notes that the response is not made here: it is cancelled, or another process's. */
  #leave(watch: TurnWatch): undefined {
    watch.ended({ status: 'refused', usage: null, written: [], error: undefined });
    return undefined;
  }

  /** Returns what the model is shown before the input; `undefined` for nothing. */
  #history({ place, principal, request }: StoredRequest): HistoryRef | undefined {
    const { tenant, conversationId } = this.#response;
    if (place === 'own' && request.previousResponseId === undefined) return undefined;
    const access =
      place === 'own' ? ALL : this.#context.authorizer.filter(principal, 'read', 'update');
    const conversation: ConversationRef = { tenant, conversationId, access };
    return { conversation, until: this.#response.continuesAt };
  }

  #writer(): EventWriter | undefined {
    const { store, followers } = this.#context;
    const { isStreamed, id: responseId } = this.#response;
    if (!isStreamed) return undefined;
    return new EventWriter({
      store: store.responseEvents,
      ref: { ...this.#held.ref, responseId },
      onStored: () => followers.wake(responseId),
      onLost: () => this.#held.lose(true),
    });
  }

  /** Ends a response that could not be begun. */
  #fail(error: ApiError, stored: StoredRequest): Promise<boolean> {
    return this.#ends.fail(this.#response, stored, error, this.#held);
  }
}
