/** What observers are told of turns: times, counts and names, and no text. */

import { ApiError } from '../../contract/errors/registry.ts';
import type { ModelServer } from '../../model/model-server.ts';
import type { ModelUsage } from '../../model/port.ts';
import type { ObservedServer } from '../../observe/model-servers.ts';
import type { Observer } from '../../observe/observer.ts';
import { publishTurn } from '../../observe/request-channel.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type {
  OpenTurnCounts,
  ToolCallReport,
  TurnReport,
  TurnStatus,
} from '../../observe/turns.ts';
import type { TurnEvent } from '../generation/events.ts';
import type { EndedCall } from '../generation/toolbox.ts';

/** Form of names of models. Anything else that a caller sends as one is not reported. */
const MODEL_NAME = /^[\w.:/@+-]{1,100}$/;
const TOOL_NAME = /^[\w.-]{1,100}$/;
/** Names of models that are remembered for having been answered for. */
const MAX_ANSWERED = 1_000;

/** The reports of turns. */
export type TurnObserver = Pick<
  Observer,
  'transferred' | 'turnAsked' | 'turnEnded' | 'modelFailed'
>;
type Counts = { -readonly [State in keyof OpenTurnCounts]: number };
type Report = {
  -readonly [Field in keyof TurnReport]: TurnReport[Field];
} & { readonly toolCalls: ToolCallReport[] };

export interface TurnEnd {
  readonly status: TurnStatus;
  readonly usage: ModelUsage | null;
  /** Items that were stored. */
  readonly written: readonly { readonly type: string }[];
  /** Set when the turn has failed. */
  readonly error: ApiError | undefined;
}

/** The turns of a server that have begun and not ended. */
export class OpenTurns {
  readonly #observer: TurnObserver;
  readonly #counts: Counts = { waiting: 0, running: 0, detached: 0, background: 0 };
  readonly #answered = new AnsweredModels();

  constructor(observer: TurnObserver) {
    this.#observer = observer;
  }

  get counts(): OpenTurnCounts {
    return this.#counts;
  }

  /** Begins to watch a turn, which waits for its conversation first. `isNamed`: the operator has written the model. */
  begin(server: ModelServer, model: string, isNamed: boolean): TurnWatch {
    const { observed } = server;
    const asked = { server: observed, model, isNamed };
    return new TurnWatch(this.#observer, this.#counts, this.#answered, asked, undefined);
  }

  /** Begins to watch a turn in the background, which has its conversation. `requestId`: the request that it is for. */
  beginInBackground(
    server: ModelServer,
    model: string,
    isNamed: boolean,
    requestId: string | undefined,
  ): TurnWatch {
    const asked = { server: server.observed, model, isNamed };
    return new TurnWatch(this.#observer, this.#counts, this.#answered, asked, { requestId });
  }
}

interface AskedModel {
  readonly server: ObservedServer;
  readonly model: string;
  readonly isNamed: boolean;
}

/** The models that a model server has answered for, with names that may be reported. */
class AnsweredModels {
  readonly #names = new Set<string>();

  has({ server, model }: AskedModel): boolean {
    return this.#names.has(`${server.name} ${model}`);
  }

  /** Adds a model unless its name has another form. Returns whether the name may be reported. */
  add({ server, model }: AskedModel): boolean {
    if (!MODEL_NAME.test(model)) return false;
    if (this.#names.size < MAX_ANSWERED) this.#names.add(`${server.name} ${model}`);
    return true;
  }
}

/** Milliseconds since a turn has begun. */
export interface TurnTimes {
  /** Until the first piece of text, reasoning or arguments; `undefined` before it. */
  readonly firstTokenMs: number | undefined;
  /** Until now. */
  readonly sinceBeginMs: number;
}

/** One turn, as it is reported. Its end is reported once, whatever follows. */
export class TurnWatch {
  readonly #observer: TurnObserver;
  readonly #counts: Counts;
  readonly #report: Report;
  readonly #answered: AnsweredModels;
  readonly #asked: AskedModel;
  #state: keyof Counts;

  constructor(
    observer: TurnObserver,
    counts: Counts,
    answered: AnsweredModels,
    asked: AskedModel,
    background: { readonly requestId: string | undefined } | undefined,
  ) {
    this.#observer = observer;
    this.#counts = counts;
    this.#answered = answered;
    this.#asked = asked;
    const { server, model, isNamed } = asked;
    const notes = background === undefined ? currentNotes() : undefined;
    const began = performance.now();
    this.#report = {
      server,
      model: isNamed || answered.has(asked) ? model : undefined,
      isModelNamed: isNamed,
      requestId: background === undefined ? notes?.id : background.requestId,
      conversationId: undefined,
      responseId: undefined,
      began,
      taken: background === undefined ? undefined : began,
      asked: undefined,
      firstByte: undefined,
      firstToken: undefined,
      answered: undefined,
      ended: undefined,
      isDetached: false,
      isBackground: background !== undefined,
      status: undefined,
      error: undefined,
      failure: undefined,
      finishReason: undefined,
      tokens: undefined,
      toolCalls: [],
    };
    if (notes !== undefined) notes.turn = this.#report;
    this.#state = background === undefined ? 'waiting' : 'background';
    counts[this.#state] += 1;
  }

  /** Notes that the conversation is the turn's own, or that it needs none. */
  taken(conversationId: string | undefined): void {
    this.#report.taken = performance.now();
    this.#report.conversationId = conversationId;
    this.#enter('running');
  }

  /** Notes that the model server is asked. */
  asked(responseId: string): void {
    this.#report.asked = performance.now();
    this.#report.responseId = responseId;
    this.#observer.turnAsked(this.#report);
  }

  /** Notes an event of the model server or of a tool. Called for each delta, of which only the first one is noted. */
  received(event: TurnEvent): void {
    const report = this.#report;
    switch (event.type) {
      case 'started':
        report.firstByte = performance.now();
        if (report.model === undefined && this.#answered.add(this.#asked)) {
          report.model = this.#asked.model;
        }
        return;
      case 'text_delta':
      case 'refusal_delta':
      case 'reasoning_delta':
      case 'reasoning_summary_delta':
      case 'arguments_delta':
        report.firstToken ??= performance.now();
        return;
      case 'finish':
        report.answered = performance.now();
        report.finishReason = event.reason;
        return;
      case 'failure':
        report.answered = performance.now();
        report.failure = event.failure.kind;
        this.#observer.modelFailed(report.server.name, event.failure.kind);
        return;
      default:
    }
  }

  /** Notes a call of a tool. Names that a request or a server has made up are left out. */
  called({ label, tool, isConfigured, tookMs, outcome }: EndedCall): void {
    const ended = performance.now();
    this.#report.toolCalls.push({
      server: isConfigured ? label : undefined,
      tool: isConfigured && TOOL_NAME.test(tool) ? tool : undefined,
      began: ended - tookMs,
      ended,
      outcome,
    });
  }

  get times(): TurnTimes {
    const { began, firstToken } = this.#report;
    return {
      firstTokenMs: firstToken === undefined ? undefined : firstToken - began,
      sinceBeginMs: performance.now() - began,
    };
  }

  /** Notes that the turn goes on without its client. */
  detached(): void {
    if (this.#report.ended !== undefined) return;
    this.#report.isDetached = true;
    this.#enter('detached');
  }

  ended({ status, usage, written, error }: TurnEnd): void {
    const report = this.#report;
    if (report.ended !== undefined) return;
    report.ended = performance.now();
    report.status = status;
    report.error = error?.kind;
    if (usage !== null) {
      const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = usage;
      report.tokens = {
        input: inputTokens,
        cached: cachedTokens,
        output: outputTokens,
        reasoning: reasoningTokens,
      };
    }
    this.#counts[this.#state] -= 1;
    this.#observer.transferred('written', written);
    this.#observer.turnEnded(report);
    publishTurn(report);
  }

  /** Notes the end of a turn that has not begun to be answered, unless that is noted. */
  stopped(error: unknown, { aborted }: AbortSignal): void {
    const status = aborted ? 'cancelled' : this.#report.asked === undefined ? 'refused' : 'failed';
    const known = error instanceof ApiError ? error : undefined;
    this.ended({ status, usage: null, written: [], error: known });
  }

  #enter(state: keyof Counts): void {
    this.#counts[this.#state] -= 1;
    this.#counts[state] += 1;
    this.#state = state;
  }
}
