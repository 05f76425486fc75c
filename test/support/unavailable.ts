import OpenAI from 'openai';
import { expect } from 'vitest';

/** The one answer that a client may get while the database cannot take its request. */
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

/** Whether a call was done or refused for now; rejects for all else. */
export function outcomeOf(call: PromiseLike<unknown>): Promise<'done' | 'refused'> {
  return Promise.resolve(call).then(
    () => 'done',
    (error: unknown) => {
      assertUnavailable(error);
      return 'refused';
    },
  );
}
