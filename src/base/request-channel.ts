import { channel } from 'node:diagnostics_channel';
import type { AnsweredRequest } from './observer.ts';

/** Whoever subscribes is told of each answered request of every server of the process; see `telemetry/opentelemetry.ts`. */
const REQUESTS = channel('colloquy:request');

/** Costs nothing while nobody listens. */
export function publish(request: AnsweredRequest): void {
  if (REQUESTS.hasSubscribers) REQUESTS.publish(request);
}
