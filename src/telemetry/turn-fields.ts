import type { TurnReport } from '../observe/turns.ts';
import { toolTime } from './tool-time.ts';

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
    ...modelTime(turn),
    ...toolFields(turn),
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

/** Returns the time of the model server's answers, without that of the tools between them. */
function modelTime(turn: TurnReport): Readonly<Record<string, number>> {
  const { asked, answered, ended } = turn;
  const to = answered ?? ended;
  if (asked === undefined || to === undefined) return {};
  return { model_ms: round(to - asked - toolTime(turn, asked, to)) };
}

/** Returns the calls of tools: their number, their time, and the names of those that the operator knows. */
function toolFields(turn: TurnReport): Readonly<Record<string, unknown>> {
  const { toolCalls } = turn;
  if (toolCalls.length === 0) return {};
  return {
    tools_ms: round(toolTime(turn, -Infinity, Infinity)),
    tool_calls: toolCalls.map(({ server = 'other', tool, began, ended, outcome }) => ({
      server,
      ...(tool === undefined ? {} : { tool }),
      ms: round(ended - began),
      outcome,
    })),
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
