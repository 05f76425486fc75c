import OpenAI from 'openai';
import { expect } from 'vitest';

/** Fails unless the error is the one answer that is allowed while the database is unavailable. */
export function assertUnavailable(error: unknown): void {
  if (!(error instanceof OpenAI.InternalServerError)) throw error;
  expect(error.status).toBe(503);
  expect(error.headers.get('retry-after')).toBe('1');
  expect(error.error).toEqual({
    message: 'The database cannot take the request right now. Please retry in a few seconds.',
    type: 'server_error',
    param: null,
    code: 'store_unavailable',
  });
}

/** Resolves with whether a call was done or refused as unavailable, and rejects with any other error. */
export function outcomeOf(call: PromiseLike<unknown>): Promise<'done' | 'refused'> {
  return Promise.resolve(call).then(
    () => 'done',
    (error: unknown) => {
      assertUnavailable(error);
      return 'refused';
    },
  );
}
