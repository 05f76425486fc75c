import { newId } from '../../base/ids.ts';
import { ALL } from '../../base/row-filter.ts';
import { apiError, ApiError } from '../../contract/errors/registry.ts';
import { withoutNotes } from '../../observe/request-notes.ts';
import type { BackgroundResponse, QueueResult } from '../../store/background/port.ts';
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

  /**
   * Adds a response by `write`, and begins to make it. Where it can be the first of its conversation, the transaction
   * takes the turn as well.
   */
  async add(
    response: BackgroundResponse,
    write: (leaseMs: number | undefined) => Promise<QueueResult>,
  ): Promise<QueueResult> {
    const { tenant, conversationId } = response;
    const key = { tenant, conversationId };
    if (!this.#hasRoom(textOf(key))) {
      const added = await write(undefined);
      this.wake(key);
      return added;
    }
    const { promise, resolve, reject } = Promise.withResolvers<QueueResult>();
    this.#work(key, async () => {
      const { written, held } = await this.#context.turns.takeWith(key, write);
      resolve(written);
      if (held !== undefined) await withoutNotes(() => this.#make(response, held));
      else if (written.refused === undefined) this.#again.add(textOf(key));
    }).catch(reject);
    return promise;
  }

  /** Makes the first response of a conversation, unless that is busy or too many are made. It is found later then. */
  wake(key: ConversationKey): void {
    const text = textOf(key);
    if (this.#isClosing) return;
    if (this.#taken.has(text)) this.#again.add(text);
    else if (!this.#hasRoom(text)) this.#mayWait = true;
    // A database that is away: the job finds the response again.
    else void this.#work(key, () => withoutNotes(() => this.#takeUp(key))).catch(() => undefined);
  }

  #hasRoom(text: string): boolean {
    return !this.#isClosing && !this.#taken.has(text) && this.#taken.size < this.#mostRuns;
  }

  /** Does the work on a conversation, of which there is one at a time, and then what has come meanwhile. */
  #work(key: ConversationKey, work: () => Promise<void>): Promise<void> {
    const text = textOf(key);
    this.#waiting.delete(text);
    const working = work();
    const ended = working
      .catch(() => undefined)
      .finally(() => {
        this.#taken.delete(text);
        if (this.#again.delete(text)) this.wake(key);
        else if (this.#mayWait) void this.takeUp().catch(() => undefined);
      });
    this.#taken.set(text, ended);
    return working;
  }

  /** Wakes a conversation that is free, if responses wait for that. */
  freed(key: ConversationKey): void {
    if (this.#waiting.has(textOf(key))) this.wake(key);
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

  async #takeUp({ tenant, conversationId }: ConversationKey): Promise<void> {
    const key = { tenant, conversationId };
    const held = await this.#turnOf(key);
    if (held === null) return;
    const first = this.#context.store.background.first(key);
    await this.#make(await first.catch(() => null), held);
  }

  /** Makes the first response of a conversation, and gives the turn back. */
  async #make(response: BackgroundResponse | null, held: HeldTurn): Promise<void> {
    try {
      if (response === null) return;
      await this.#settle(response, held);
      // Another one may wait after it.
      this.#again.add(textOf(response));
    } finally {
      await held.release();
    }
  }

  /** Takes the turn of a conversation; `null` when it is busy or absent. */
  async #turnOf(key: ConversationKey): Promise<HeldTurn | null> {
    const { signal } = new AbortController();
    try {
      return await this.#context.turns.take(
        { ...key, access: ALL },
        { whenBusy: 'reject', signal, endsWithConversation: true },
      );
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'conversation_locked') throw error;
      this.#waiting.add(textOf(key));
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
    const { refused } = await this.#context.store.background.queueFork({
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
    if (refused === undefined) this.wake(moved);
  }
}

function textOf({ tenant, conversationId }: ConversationKey): string {
  return JSON.stringify([tenant, conversationId]);
}
