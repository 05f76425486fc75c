/** Answers of a model server that speaks Chat Completions, for a scripted model server to play. */

import { chunk, DONE, sse, streamed, type ScriptedAnswer } from './model-server.ts';

/** A call of a function: its name, its arguments as JSON text, and its id. */
export type ScriptedCall = readonly [name: string, args: string, id: string];

const USAGE = {
  prompt_tokens: 24,
  completion_tokens: 5,
  total_tokens: 29,
  prompt_tokens_details: { cached_tokens: 8 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

/** Makes an answer that streams these deltas, the reason of the end, and the usage. */
export function answered(deltas: readonly unknown[], reason = 'stop'): ScriptedAnswer {
  return streamed(
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, reason),
    sse({ choices: [], usage: USAGE }),
    DONE,
  );
}

/** Makes an answer of a text, in these pieces. */
export function said(...pieces: readonly string[]): ScriptedAnswer {
  return answered([{ role: 'assistant', content: '' }, ...pieces.map((content) => ({ content }))]);
}

/** Makes an answer that calls functions. */
export function called(...calls: readonly ScriptedCall[]): ScriptedAnswer {
  return answered([callsDelta(...calls)], 'tool_calls');
}

/** Makes the delta of whole calls. */
export function callsDelta(...calls: readonly ScriptedCall[]): unknown {
  return {
    tool_calls: calls.map(([name, args, id], index) => ({
      index,
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  };
}
