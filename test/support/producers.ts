import type { StopReason } from '../../src/observe/observer.ts';
import type { Call } from '../../src/wire/http/call.ts';
import { stopReason } from '../../src/wire/http/signal.ts';
import { event } from './streaming-server.ts';

/** A producer of one event and its terminal event, for one call. */
export interface ToyProducer {
  readonly produce: (call: Pick<Call, 'signal'>) => AsyncGenerator<string, string, void>;
  /** Lets the producer go on to its terminal event. */
  readonly release: () => void;
  /** The end of the producer, as it has seen it. */
  readonly seen: { reason: StopReason | undefined; isClosed: boolean };
}

/** Rejects with the signal's reason when it is aborted, as `fetch` does. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/** Returns a producer that ends when it is released or its signal is aborted. */
export function obedient(): ToyProducer {
  return toyProducer(true);
}

/** Returns a producer that ends when it is released, and ignores its signal. */
export function stubborn(): ToyProducer {
  return toyProducer(false);
}

function toyProducer(isObedient: boolean): ToyProducer {
  const gate = Promise.withResolvers<void>();
  const seen: ToyProducer['seen'] = { reason: undefined, isClosed: false };
  return {
    seen,
    release: gate.resolve,
    produce: async function* ({ signal }) {
      try {
        yield event('toy.first');
        await (isObedient ? Promise.race([gate.promise, aborted(signal)]) : gate.promise);
        return event('toy.done');
      } finally {
        seen.reason = stopReason(signal);
        // The clean-up takes longer than one run of the event loop.
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.isClosed = true;
      }
    },
  };
}
