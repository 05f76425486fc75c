import type { ApiError } from '../../contract/errors/registry.ts';
import { stopError, toApiError } from './error-response.ts';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import type { Producer } from './producer.ts';
import { causingStop } from './signal.ts';
import { warn } from './warn.ts';

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

/** Ends the producer, waits for its `finally`, and reports an error in that. Never rejects. */
export async function closeProducer(
  producer: Producer,
  { id }: Exchange,
  { onServerError }: ExchangeContext,
): Promise<void> {
  const error = await producer.close();
  if (error === undefined) return;
  try {
    onServerError(error, id);
  } catch (failure) {
    warn(failure);
  }
}
