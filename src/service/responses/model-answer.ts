import type { AssembledContext } from '../../context/assemble.ts';
import type { ModelEvent, ModelRequest } from '../../model/port.ts';
import type { ContextWindows, WindowRef } from '../models/context-windows.ts';
import { FittedAnswer } from './fitted-answer.ts';

export interface ModelAnswerParams {
  readonly ref: WindowRef;
  readonly request: Omit<ModelRequest, 'items'>;
  readonly context: AssembledContext;
  /** Whether the oldest turns are left out when the context is too long. */
  readonly isTruncated: boolean;
  readonly signal: AbortSignal;
}

/** The answer of a model, and what was changed in what it is shown, which is known when it has begun. */
export interface ModelAnswer {
  readonly events: AsyncGenerator<readonly ModelEvent[], void, undefined>;
  /** Place of each item that was sent in the request's input. */
  readonly inputIndexes: () => readonly (number | null)[];
  /** Counts of repairs by rule; empty without any. */
  readonly repairs: () => string;
}

/** Asks the model. Nothing keeps the context when the answer has begun. */
export function modelAnswer(
  windows: ContextWindows,
  { ref, request, context, isTruncated, signal }: ModelAnswerParams,
): ModelAnswer {
  if (isTruncated) {
    const fitted = new FittedAnswer({ windows, ref, request, context });
    return {
      events: fitted.events(signal),
      inputIndexes: () => fitted.inputIndexes,
      repairs: () => fitted.repairs,
    };
  }
  const { items, inputIndexes, repairs } = context;
  return {
    events: ref.server.respond({ ...request, items }, signal),
    inputIndexes: () => inputIndexes,
    repairs: () => repairs.text(),
  };
}
