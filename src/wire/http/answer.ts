import type { ApiError } from '../../contract/errors/registry.ts';

/** Body of an answer: JSON text (bytes when it is too long for a string), or a stream; none when it is not modified. */
export type Answer = string | Buffer | StreamAnswer | typeof NOT_MODIFIED;

/** The answer to a client that has the body already: its status is 304. */
export const NOT_MODIFIED = { isModified: false } as const;

/** An answer that is sent while it is produced. */
export interface StreamAnswer {
  readonly contentType: string;
  /**
   * Yields the chunks of the body and returns its terminal event, so that a stream has exactly one. The next chunk
   * is pulled only when the connection has room. An error before the first chunk is answered with its own status;
   * an error after it becomes the terminal event that `failure` returns. The producer must end soon after the
   * call's signal is aborted, in any of these ways. Its `finally` runs in every case.
   */
  readonly chunks: AsyncIterator<string, string, void>;
  /** Returns the terminal event for an error. Called at most once. */
  readonly failure: (error: ApiError) => string;
  /** Text without meaning for the reader, written while the stream is silent so that no proxy hangs up. */
  readonly keepAlive: string;
}

/** Returns an answer of server-sent events. */
export function eventStream(
  chunks: StreamAnswer['chunks'],
  failure: StreamAnswer['failure'],
): StreamAnswer {
  const contentType = 'text/event-stream; charset=utf-8';
  return { contentType, chunks, failure, keepAlive: ': keep-alive\n\n' };
}

/** Checks whether an answer is a stream. */
export function isStream(answer: Answer): answer is StreamAnswer {
  return typeof answer === 'object' && 'chunks' in answer;
}

/** Checks whether the client has the body already. */
export function isNotModified(answer: Answer): answer is typeof NOT_MODIFIED {
  return answer === NOT_MODIFIED;
}
