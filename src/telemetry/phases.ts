import type { AnsweredRequest } from '../observe/observer.ts';
import { toolTime } from './tool-time.ts';

/** Time that a request spent in each phase, in milliseconds. */
export interface Phases {
  /** Finding the route, receiving, parsing and checking the body. */
  readonly parse: number;
  /** Authenticating the caller. */
  readonly authorise: number;
  /** Waiting for the commit under way, or for a free connection. */
  readonly queue: number;
  readonly read: number;
  readonly commit: number;
  /** Turning stored rows into the bytes of the answer. */
  readonly serialise: number;
  /** Waiting for a conversation in which another turn runs. For turns alone, like the next one. */
  readonly wait?: number;
  /** Waiting for the model server. */
  readonly model?: number;
  /** Waiting for tools that run here. */
  readonly tools?: number;
}

/** Divides the time of a request among its phases. */
export function phasesOf(request: AnsweredRequest): Phases {
  const { began, ended, authorised, calls, turn } = request;
  const authorise = authorised === undefined ? 0 : authorised.ended - authorised.began;
  // Earlier calls belong to the authentication.
  const own = calls.filter((call) => call.began >= (authorised?.ended ?? began));
  const sum = (of: (call: AnsweredRequest['calls'][number]) => number): number =>
    own.reduce((total, call) => total + of(call), 0);
  const queue = sum((call) => call.started - call.began);
  const work = (kind: 'read' | 'write'): number =>
    sum((call) => (call.kind === kind ? call.ended - call.started : 0));
  const [read, commit] = [work('read'), work('write')];
  const ofTurn = turn === undefined ? undefined : turnPhases({ ...request, turn, calls: own });
  const last = Math.max(own.at(-1)?.ended ?? -Infinity, ofTurn?.until ?? -Infinity);
  const serialise = last === -Infinity ? 0 : ended - last;
  const known = authorise + queue + read + commit + serialise;
  const { wait = 0, model = 0, tools = 0 } = ofTurn ?? {};
  const parse = Math.max(0, ended - began - known - wait - model - tools);
  const phases = { parse, authorise, queue, read, commit, serialise };
  return ofTurn === undefined ? phases : { ...phases, wait, model, tools };
}

/** Returns the phases of a turn without its calls of the database, and the end of them. */
function turnPhases({
  turn,
  calls,
  ended,
}: Pick<AnsweredRequest, 'ended' | 'calls'> & {
  readonly turn: NonNullable<AnsweredRequest['turn']>;
}): {
  readonly wait: number;
  readonly model: number;
  readonly tools: number;
  readonly until: number;
} {
  const end = Math.min(ended, turn.ended ?? ended);
  const without = (from: number, to: number): number => {
    const within = (call: AnsweredRequest['calls'][number]): number =>
      Math.max(0, Math.min(call.ended, to) - Math.max(call.began, from));
    return Math.max(0, to - from - calls.reduce((total, call) => total + within(call), 0));
  };
  const { began, taken = end, asked, answered = end } = turn;
  const isAsked = asked !== undefined && asked <= end;
  const answering = isAsked ? without(asked, Math.min(answered, end)) : 0;
  const tools = isAsked ? toolTime(turn, asked, Math.min(answered, end)) : 0;
  return {
    wait: without(began, Math.min(taken, end)),
    model: Math.max(0, answering - tools),
    tools,
    until: end,
  };
}
