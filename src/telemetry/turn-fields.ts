import type { TurnReport } from '../observe/turns.ts';

/** Returns the fields of a log line about a turn. */
export function turnFields(turn: TurnReport): Readonly<Record<string, unknown>> {
  const { server, model, status, failure, tokens } = turn;
  const { began, taken, asked, firstByte, firstToken, answered, ended } = turn;
  return {
    model_server: server.name,
    ...(model === undefined ? {} : { model }),
    turn_status: status ?? (turn.isDetached ? 'detached' : 'running'),
    ...(failure === undefined ? {} : { model_failure: failure }),
    ...between('wait_ms', began, taken ?? ended),
    ...between('history_ms', taken, asked ?? ended),
    ...between('model_ms', asked, answered ?? ended),
    ...between('commit_ms', answered, ended),
    ...between('model_first_byte_ms', asked, firstByte),
    ...between('first_token_ms', asked, firstToken),
    ...(tokens === undefined
      ? {}
      : {
          tokens_in: tokens.input,
          tokens_cached: tokens.cached,
          tokens_out: tokens.output,
          tokens_reasoning: tokens.reasoning,
        }),
  };
}

/** Returns a time as a field; no field unless both its ends are there. */
function between(
  name: string,
  from: number | undefined,
  to: number | undefined,
): Readonly<Record<string, number>> {
  return from === undefined || to === undefined ? {} : { [name]: round(to - from) };
}

/** Rounds to a hundredth of a millisecond. */
export function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
