import type { ApiError } from '../../contract/errors/registry.ts';
import { stopError, toApiError } from './error-response.ts';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import type { Producer } from './producer.ts';
import { causingStop } from './signal.ts';

/** Returns an error as its caller may see it. Reports it if it is the server's own failure. */
export function failureOf(
  error: unknown,
  { id, call }: Exchange,
  { onServerError }: ExchangeContext,
): ApiError {
  const reason = causingStop(error, call);
  if (reason === 'deadline' || reason === 'shutdown') return stopError(reason);
  const failure = toApiError(error, id);
  if (failure.status >= 500) onServerError(failure.cause ?? failure, id);
  return failure;
}

/** Runs the producer's `finally`, waits for it, and reports an error in it. */
export async function closeProducer(
  producer: Producer,
  { id }: Exchange,
  { onServerError }: ExchangeContext,
): Promise<void> {
  const error = await producer.close();
  if (error !== undefined) onServerError(error, id);
}
