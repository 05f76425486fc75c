/** A turn with tools that run here: answers of the model, and the calls between them. */

import { newId } from '../../base/ids.ts';
import type {
  ContextItem,
  FinishReason,
  ModelEvent,
  ModelRequest,
  ModelUsage,
} from '../../model/port.ts';
import type { ServerCall, TurnEvent } from './events.ts';
import { answeredCall, RoundItems } from './round-context.ts';
import { callId, notCalled, type FoundTool, type StartedCall, type Toolbox } from './toolbox.ts';
import { usageSum } from './usage.ts';

export type TurnEvents = AsyncGenerator<readonly TurnEvent[], void, undefined>;

export interface RoundsParams {
  readonly respond: (
    request: ModelRequest,
  ) => AsyncGenerator<readonly ModelEvent[], void, undefined>;
  readonly request: ModelRequest;
  readonly toolbox: Toolbox;
  /** Calls that the request approves. They run before the model is asked. */
  readonly approved: readonly StartedCall[];
  readonly signal: AbortSignal;
}

/**
 * Yields the events of a turn. The first list has only `started`, the last event is `finish` or `failure`. Throws an
 * `ApiError` when tools cannot be listed, and the signal's reason.
 */
export async function* rounds(params: RoundsParams): TurnEvents {
  const { toolbox, signal } = params;
  try {
    const listed = await toolbox.list(signal);
    const events = listed.map((list) => ({ type: 'tools_listed', ...list }) as const);
    yield* new Rounds(params, events).run();
  } finally {
    toolbox.release();
  }
}

/** A call of the model while it is written. */
interface WrittenCall {
  readonly found: FoundTool;
  text: string;
}

type End =
  | { readonly kind: 'failed' }
  | {
      readonly kind: 'answered';
      readonly reason: FinishReason;
      readonly calls: readonly WrittenCall[];
      /** Whether the model has called tools of the application. */
      readonly hasOwnCalls: boolean;
      readonly items: readonly ContextItem[];
      readonly usage: ModelUsage | undefined;
    };

class Rounds {
  readonly #params: RoundsParams;
  readonly #listed: readonly TurnEvent[];
  #items: readonly ContextItem[];
  #usage: ModelUsage | undefined;
  #isStarted = false;

  constructor(params: RoundsParams, listed: readonly TurnEvent[]) {
    this.#params = params;
    this.#listed = listed;
    this.#items = params.request.items;
  }

  async *run(): TurnEvents {
    const { approved, toolbox } = this.#params;
    if (approved.length > 0) {
      yield* this.#start();
      for await (const { events, answer } of this.#ran(approved)) {
        yield events;
        if (answer !== undefined) this.#items = withApproved(this.#items, answer);
      }
    }
    const { maxRounds } = toolbox.limits;
    for (let round = 1; ; round += 1) {
      const isLast = round >= maxRounds || toolbox.isUsedUp;
      const end = yield* this.#answer(isLast ? 'last' : round === 1 ? 'first' : 'later');
      if (end.kind === 'failed') return;
      yield [{ type: 'round_ended', usage: end.usage }];
      const { reason, calls } = end;
      if (reason !== 'stop') {
        for (const call of calls) yield cutCall(call);
        return yield this.#finish(reason);
      }
      const isOver = yield* this.#calls(end, isLast);
      if (isOver) return yield this.#finish('stop');
      if (this.#isAtLimit) return yield this.#finish('length');
    }
  }

  async *#start(): TurnEvents {
    if (this.#isStarted) return;
    this.#isStarted = true;
    yield [{ type: 'started' }];
    if (this.#listed.length > 0) yield this.#listed;
  }

  /** Yields the events of one answer, without its calls of servers' tools and its end. */
  async *#answer(
    round: 'first' | 'later' | 'last',
  ): AsyncGenerator<readonly TurnEvent[], End, undefined> {
    const { request, toolbox, respond } = this.#params;
    const answer = new Answer(toolbox);
    const sent = toolbox.request({ ...request, items: this.#items, ...this.#remaining }, round);
    for await (const events of respond(sent)) {
      const [first] = events;
      if (first?.type === 'started') {
        yield* this.#start();
        continue;
      }
      if (first?.type === 'failure') {
        // The failure of a first request is answered as one.
        yield events;
        return { kind: 'failed' };
      }
      const shown = events.filter((event) => answer.add(event));
      if (shown.length > 0) yield shown;
    }
    this.#usage = usageSum(this.#usage, answer.usage);
    return answer.end();
  }

  /** Runs the calls of an answer, or asks for their approval. Returns whether the turn is over. */
  async *#calls(
    { calls, items, hasOwnCalls }: Extract<End, { kind: 'answered' }>,
    isRefused: boolean,
  ): AsyncGenerator<readonly TurnEvent[], boolean, undefined> {
    const { toolbox } = this.#params;
    const awaiting = calls.filter(({ found }) => toolbox.needsApproval(found));
    const running = calls
      .filter((call) => !awaiting.includes(call))
      .map((call): StartedCall => {
        const once = isRefused
          ? async () => notCalled('the limit of tool calls of this response is reached')
          : undefined;
        return { call: serverCall(call, callId(null)), approvalRequestId: null, once };
      });
    const answers: ContextItem[] = [];
    for await (const { events, answer } of this.#ran(running)) {
      yield events;
      if (answer !== undefined) answers.push(answer);
    }
    for (const call of awaiting) {
      yield [{ type: 'approval_requested', call: serverCall(call, newId('mcpr')) }];
    }
    this.#items = [...this.#items, ...items, ...answers];
    return calls.length === 0 || awaiting.length > 0 || hasOwnCalls || isRefused;
  }

  /** Runs calls at the same time, and yields their events one after the other. */
  async *#ran(
    calls: readonly StartedCall[],
  ): AsyncGenerator<
    { readonly events: readonly TurnEvent[]; readonly answer: ContextItem | undefined },
    void,
    undefined
  > {
    const { toolbox, signal } = this.#params;
    const outcomes = toolbox.start(calls, signal);
    for (const [index, { call, approvalRequestId }] of calls.entries()) {
      const started = { type: 'server_call_started', call, approvalRequestId } as const;
      yield { events: [started], answer: undefined };
      const end = await outcomes[index];
      if (end === undefined) throw new Error('a call has not been started');
      yield { events: [{ type: 'server_call_ended', end }], answer: answeredCall(call, end) };
    }
  }

  #finish(reason: FinishReason): readonly TurnEvent[] {
    const finish = { type: 'finish', reason } as const;
    return this.#usage === undefined ? [finish] : [{ type: 'usage', usage: this.#usage }, finish];
  }

  /** The tokens that the answers so far have left of the limit. */
  get #remaining(): Pick<ModelRequest, 'maxOutputTokens'> {
    const { maxOutputTokens } = this.#params.request;
    if (maxOutputTokens === undefined) return {};
    return { maxOutputTokens: maxOutputTokens - (this.#usage?.outputTokens ?? 0) };
  }

  get #isAtLimit(): boolean {
    const { maxOutputTokens = Infinity } = this.#remaining;
    return maxOutputTokens <= 0;
  }
}

/** One answer of the model, of which the calls of servers' tools are held back. */
class Answer {
  readonly #toolbox: Toolbox;
  readonly #items = new RoundItems();
  readonly #calls: WrittenCall[] = [];
  #call: WrittenCall | undefined;
  #hasOwnCalls = false;
  #reason: FinishReason = 'stop';
  usage: ModelUsage | undefined;

  constructor(toolbox: Toolbox) {
    this.#toolbox = toolbox;
  }

  /** Adds an event. Returns whether it is to be shown. */
  add(event: ModelEvent): boolean {
    switch (event.type) {
      case 'usage':
        this.usage = event.usage;
        return false;
      case 'finish':
        this.#reason = event.reason;
        return false;
      case 'call_started': {
        const found = this.#toolbox.find(event);
        this.#call = found === undefined ? undefined : { found, text: '' };
        if (this.#call === undefined) this.#hasOwnCalls = true;
        else this.#calls.push(this.#call);
        return this.#call === undefined;
      }
      case 'arguments_delta':
        if (this.#call !== undefined) this.#call.text += event.text;
        return this.#call === undefined;
      default:
        this.#items.add(event);
        return true;
    }
  }

  end(): End {
    return {
      kind: 'answered',
      reason: this.#reason,
      calls: this.#calls,
      hasOwnCalls: this.#hasOwnCalls,
      items: this.#items.items(),
      usage: this.usage,
    };
  }
}

function serverCall({ found: { server, tool }, text }: WrittenCall, id: string): ServerCall {
  return { id, label: server.label, name: tool.name, arguments: text };
}

function cutCall(call: WrittenCall): readonly TurnEvent[] {
  return [
    {
      type: 'server_call_started',
      call: serverCall(call, callId(null)),
      approvalRequestId: null,
    },
    { type: 'server_call_ended', end: { kind: 'cut' } },
  ];
}

/** Puts an approved call in the place of its request, which the model is shown as a call without an output. */
function withApproved(items: readonly ContextItem[], answer: ContextItem): readonly ContextItem[] {
  const id = answer.type === 'mcp_call' ? answer.id : '';
  return items.map((item) =>
    item.type === 'mcp_call' && item.id !== id && callId(item.id) === id ? answer : item,
  );
}
