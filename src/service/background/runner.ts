import { newId } from '../../base/ids.ts';
import { ALL } from '../../base/row-filter.ts';
import { apiError, ApiError } from '../../contract/errors/registry.ts';
import { withoutNotes } from '../../observe/request-notes.ts';
import type { BackgroundResponse } from '../../store/background/port.ts';
import type { ConversationKey } from '../../store/conversations/port.ts';
import { drained } from '../responses/drained.ts';
import type { HeldTurn } from '../responses/held-turn.ts';
import { BackgroundRun } from './background-run.ts';
import type { BackgroundContext } from './context.ts';
import type { BackgroundEnds } from './ends.ts';
import { requestText, storedRequest } from './stored-request.ts';

const HIDDEN_PREFIX = 'conv';

/** The responses that this process makes in the background. The turn of a conversation is the right to make its first. */
export class BackgroundRunner {
  readonly #context: BackgroundContext;
  readonly #ends: BackgroundEnds;
  /** Responses that this process makes at the same time. */
  readonly #mostRuns: number;
  readonly #runs = new Map<string, BackgroundRun>();
  /** Conversations that are looked at, each with the end of that. */
  readonly #taken = new Map<string, Promise<void>>();
  /** Conversations to look at again when that has ended. */
  readonly #again = new Set<string>();
  /** Conversations in which responses wait for another turn. */
  readonly #waiting = new Set<string>();
  #mayWait = false;
  #isClosing = false;

  constructor(context: BackgroundContext, ends: BackgroundEnds, mostRuns: number) {
    this.#context = context;
    this.#ends = ends;
    this.#mostRuns = mostRuns;
  }

  /** Makes the first response of a conversation, unless that is busy or too many are made. It is found later then. */
  wake(key: ConversationKey): void {
    const text = JSON.stringify([key.tenant, key.conversationId]);
    if (this.#isClosing) return;
    if (this.#taken.has(text)) {
      this.#again.add(text);
      return;
    }
    if (this.#taken.size >= this.#mostRuns) {
      this.#mayWait = true;
      return;
    }
    this.#waiting.delete(text);
    const ended = withoutNotes(() => this.#takeUp(key, text))
      // A database that is away: the job finds the response again.
      .catch(() => undefined)
      .finally(() => {
        this.#taken.delete(text);
        if (this.#again.delete(text)) this.wake(key);
        else if (this.#mayWait) void this.takeUp().catch(() => undefined);
      });
    this.#taken.set(text, ended);
  }

  /** Wakes a conversation that is free, if responses wait for that. */
  freed(key: ConversationKey): void {
    if (this.#waiting.has(JSON.stringify([key.tenant, key.conversationId]))) this.wake(key);
  }

  /** Makes responses that wait, as many as there is room for. */
  async takeUp(): Promise<void> {
    const limit = this.#mostRuns - this.#taken.size;
    if (limit <= 0 || this.#isClosing) return;
    this.#mayWait = false;
    const waiting = await this.#context.store.background.waiting(limit);
    this.#mayWait = waiting.length === limit;
    for (const key of waiting) this.wake(key);
  }

  /** Stops making a response that has been cancelled, if this process does. */
  cancelled(responseId: string): void {
    this.#runs.get(responseId)?.cancelled();
  }

  /** Ends a response of a conversation of which the turn was interrupted. */
  async interrupted(key: ConversationKey): Promise<void> {
    const response = await this.#context.store.background.first(key);
    if (response?.token === undefined) return;
    if (await this.#ends.cancelInterrupted(response)) this.cancelled(response.id);
  }

  /** Begins no further response. */
  stopTaking(): void {
    this.#isClosing = true;
  }

  /** Waits for the responses that are made, and ends those that take longer than `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.stopTaking();
    const ended = Promise.all(this.#taken.values());
    const error = apiError('turn_stopped');
    await drained(ended, withinMs, () =>
      [...this.#runs.values()].map((run) => run.giveUp({ kind: 'failed', error })),
    );
  }

  async #takeUp(key: ConversationKey, text: string): Promise<void> {
    const { tenant, conversationId } = key;
    const held = await this.#turnOf({ tenant, conversationId }, text);
    if (held === null) return;
    try {
      const response = await this.#context.store.background.first(key);
      if (response === null) return;
      await this.#settle(response, held);
      // Another one may wait after it.
      this.#again.add(text);
    } finally {
      await held.release();
    }
  }

  /** Takes the turn of a conversation; `null` when it is busy or absent. */
  async #turnOf(key: ConversationKey, text: string): Promise<HeldTurn | null> {
    const { signal } = new AbortController();
    try {
      return await this.#context.turns.take(
        { ...key, access: ALL },
        { whenBusy: 'reject', signal, endsWithConversation: true },
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'conversation_locked') throw error;
      this.#waiting.add(text);
      return null;
    }
  }

  /** Makes a response. One that cannot be made here is ended, or moved. */
  async #settle(response: BackgroundResponse, held: HeldTurn): Promise<void> {
    if (response.token !== undefined) await this.#ends.abandoned(response, held);
    else if (response.hasMovedOn) await this.#fork(response);
    else await this.#run(response, held);
  }

  async #run(response: BackgroundResponse, held: HeldTurn): Promise<void> {
    const run = new BackgroundRun(this.#context, this.#ends, response, held);
    this.#runs.set(response.id, run);
    try {
      await run.run();
    } finally {
      this.#runs.delete(response.id);
    }
  }

  /** Moves a response to a fork, since another one has continued its conversation meanwhile. */
  async #fork(response: BackgroundResponse): Promise<void> {
    const { tenant, conversationId, continuesAt: until = 0, id, createdAt, isStreamed } = response;
    const stored = storedRequest(response);
    const { owner, attributes } = stored.principal;
    const moved = { tenant, conversationId: newId(HIDDEN_PREFIX) };
    const isMoved = await this.#context.store.background.queueFork({
      ...moved,
      owner,
      attributes,
      source: { conversationId, access: ALL, until },
      isMoved: true,
      response: {
        id,
        createdAt,
        isStreamed,
        request: requestText({ ...stored, place: 'own' }),
      },
    });
    if (isMoved) this.wake(moved);
  }
}
