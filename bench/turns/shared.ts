/** What the processes of the benchmark of turns have in common. */

import type { BenchRequest } from '../http-connection.ts';

/** Pieces of the model's answer: all in one write, each in a write of its own, or one every second. */
export type StubMode = 'at-once' | 'one-by-one' | 'dripping';

export const PIECE = 'words ';
export const PIECES = 50;

export const DRIPS = 8;
export const DRIP_EVERY_MS = 1_000;

const MODEL = 'stub';
const INPUT = 'The quick brown fox jumps over the lazy dog, and says so in several languages.';

/** Returns the request of a streamed turn in a conversation, or after a response. */
export function turnRequest(
  after: { readonly conversation: string } | { readonly previous_response_id: string } | object,
): BenchRequest {
  const body = JSON.stringify({ model: MODEL, input: INPUT, stream: true, ...after });
  return { method: 'POST', path: '/v1/responses', body };
}

/** Returns the request that the model server gets for a turn with this history. */
export function modelRequest(history: readonly string[]): BenchRequest {
  const messages = [...history, INPUT].map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  }));
  const stream = { stream: true, stream_options: { include_usage: true } };
  const body = JSON.stringify({ model: MODEL, ...stream, messages });
  return { method: 'POST', path: '/v1/chat/completions', body };
}
