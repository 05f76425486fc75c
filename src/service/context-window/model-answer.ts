import type { AssembledContext } from '../../context/assemble.ts';
import type { RepairCounts } from '../../context/repairs.ts';
import type { SealedCompaction } from '../../context/sealed-compaction.ts';
import type { ModelRequest } from '../../model/port.ts';
import type { TurnEvents } from '../generation/rounds.ts';
import { CompactingAnswer } from './compacting-answer.ts';
import type { ContextWindows, WindowRef } from './context-windows.ts';
import { FittedAnswer } from './fitted-answer.ts';

/** Sends a request, and answers it with the tools that run here. */
export type Respond = (request: ModelRequest, signal: AbortSignal) => TurnEvents;

export interface ModelAnswerParams {
  readonly respond: Respond;
  readonly ref: WindowRef;
  readonly request: Omit<ModelRequest, 'items'>;
  readonly context: AssembledContext;
  /** Whether the oldest turns are left out when the context is too long. */
  readonly isTruncated: boolean;
  /** The compaction of a context that is too long; `undefined` if it is not compacted. */
  readonly compaction: { readonly threshold: number | undefined } | undefined;
  readonly seal: (compaction: SealedCompaction) => string;
  readonly signal: AbortSignal;
}

/** The answer of a model, and what was changed in what it is shown, which is known when it has begun. */
export interface ModelAnswer {
  readonly events: TurnEvents;
  /** Place of each item that was sent in the request's input. */
  readonly inputIndexes: () => readonly (number | null)[];
  /** Counts of repairs by rule. */
  readonly repairs: () => RepairCounts;
}

/** Asks the model. Unless the context may be compacted, nothing keeps it when the answer has begun. */
export function modelAnswer(
  windows: ContextWindows,
  { compaction, seal, signal, ...params }: ModelAnswerParams,
): ModelAnswer {
  if (compaction !== undefined) {
    return answerOf(new CompactingAnswer({ windows, ...params, ...compaction, seal }), signal);
  }
  if (params.isTruncated) return answerOf(new FittedAnswer({ windows, ...params }), signal);
  const { respond, request, context } = params;
  const { items, inputIndexes, repairs } = context;
  return {
    events: respond({ ...request, items }, signal),
    inputIndexes: () => inputIndexes,
    repairs: () => repairs.counts(),
  };
}

function answerOf(answer: FittedAnswer | CompactingAnswer, signal: AbortSignal): ModelAnswer {
  return {
    events: answer.events(signal),
    inputIndexes: () => answer.inputIndexes,
    repairs: () => answer.repairs,
  };
}
