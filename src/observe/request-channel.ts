import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { AnsweredRequest } from './observer.ts';
import type { TurnReport } from './turns.ts';

/** An answered request as it is published, with the four headers that a trace needs. */
export interface PublishedRequest extends AnsweredRequest {
  /** Path without host, credentials and query, cut when long. Contains the ids of conversations and items. */
  readonly path: string;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  /** Headers of the W3C's Trace Context. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** Channel that gets each answered request of every server of the process. `telemetry/opentelemetry.ts` subscribes to it. */
const REQUESTS = channel('colloquy:request');
/** Channel that gets each turn when it has ended, also when its request was published before. */
const TURNS = channel('colloquy:turn');
const MAX_LENGTH = 500;

/** Publishes an answered request. Without a subscriber it does nothing. */
export function publish(
  answered: AnsweredRequest,
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
): void {
  if (!REQUESTS.hasSubscribers) return;
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value.slice(0, MAX_LENGTH) : undefined;
  };
  const published: PublishedRequest = {
    ...answered,
    path: pathOf(url).slice(0, MAX_LENGTH),
    host: text('host'),
    userAgent: text('user-agent'),
    traceparent: text('traceparent'),
    tracestate: text('tracestate'),
  };
  REQUESTS.publish(published);
}

/** Publishes a turn that has ended. Without a subscriber it does nothing. */
export function publishTurn(turn: TurnReport): void {
  if (TURNS.hasSubscribers) TURNS.publish(turn);
}

/** Returns the path of a request's URL, which may be absolute and contain a password. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.startsWith('/') ? path : path.replace(/^[^/]*\/\/[^/]*/, '');
}
