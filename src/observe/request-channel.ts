import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { AnsweredRequest } from './observer.ts';

/** An answered request as it is published: with what a trace needs of its headers, and none of the others. */
export interface PublishedRequest extends AnsweredRequest {
  /** Without host, credentials and query, cut where it is long. Has the ids of conversations and items. */
  readonly path: string;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  /** By the W3C's Trace Context. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** Whoever subscribes is told of each answered request of every server of the process; see `telemetry/opentelemetry.ts`. */
const REQUESTS = channel('colloquy:request');
const LONGEST_TEXT = 500;

/** Costs nothing while nobody listens. */
export function publish(
  answered: AnsweredRequest,
  { url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>,
): void {
  if (!REQUESTS.hasSubscribers) return;
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined;
  };
  const published: PublishedRequest = {
    ...answered,
    path: pathOf(url).slice(0, LONGEST_TEXT),
    host: text('host'),
    userAgent: text('user-agent'),
    traceparent: text('traceparent'),
    tracestate: text('tracestate'),
  };
  REQUESTS.publish(published);
}

/** A request may name its URL whole, with a password in it. */
function pathOf(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.startsWith('/') ? path : path.replace(/^[^/]*\/\/[^/]*/, '');
}
