import type { Principal } from '../../access/principal.ts';
import type { AnsweredRequest, Caller } from '../../observe/observer.ts';
import { publish } from '../../observe/request-channel.ts';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import { warn } from './warn.ts';

/** Reports that the answer has ended. */
export function reportAnswered(
  exchange: Exchange,
  end: Pick<AnsweredRequest, 'status' | 'error' | 'ended' | 'bytesOut' | 'stream'>,
  observer: ExchangeContext['observer'],
): void {
  const { id, request, route, principal, began, authorised, bytesIn, calls, turn } = exchange;
  const answered: AnsweredRequest = {
    id,
    method: request.method ?? '',
    route: route?.path,
    status: end.status,
    error: end.error,
    caller: principal === undefined ? undefined : callerOf(principal),
    began,
    authorised,
    ended: end.ended,
    stream: end.stream,
    bytesIn,
    bytesOut: end.bytesOut,
    calls,
    turn,
  };
  harmless(() => {
    observer.answered(answered);
    publish(answered, request);
  });
}

/** Reports that a stream has begun. `firstByte` is the time of its head. */
export function reportBegan(
  { id, request, route, principal, began }: Exchange,
  firstByte: number,
  observer: ExchangeContext['observer'],
): void {
  harmless(() =>
    observer.began({
      id,
      method: request.method ?? '',
      route: route?.path ?? '',
      caller: principal === undefined ? undefined : callerOf(principal),
      began,
      firstByte,
    }),
  );
}

/** An observer's error must not fail the request. */
function harmless(report: () => void): void {
  try {
    report();
  } catch (error) {
    warn(error);
  }
}

const callers = new WeakMap<Principal, Caller>();

/** Returns the same object for the same principal: observers cache by it. */
function callerOf(principal: Principal): Caller {
  const known = callers.get(principal);
  if (known !== undefined) return known;
  const made = { tenant: principal.tenant, subject: principal.subject };
  callers.set(principal, made);
  return made;
}
