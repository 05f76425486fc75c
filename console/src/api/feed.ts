import { stream } from './client.ts';

/** A change, as the feed of a conversation has it. */
export interface FeedEvent {
  readonly type: string;
  readonly item_id?: string;
  readonly position?: number;
}

const AGAIN_AFTER_MS = 2000;

/**
 * Reads a feed from now on until it is aborted, and goes on after a lost connection. Rejects when the server refuses it.
 * `EventSource` cannot send a key.
 */
export async function readFeed(
  path: string,
  signal: AbortSignal,
  receive: (event: FeedEvent) => void,
): Promise<void> {
  let cursor: string | undefined;
  while (!signal.aborted) {
    const after = cursor === undefined ? '' : `?after=${encodeURIComponent(cursor)}`;
    const frames = await stream(`${path}${after}`, signal);
    try {
      for await (const { id, data } of framesIn(frames)) {
        cursor = id ?? cursor;
        if (data !== undefined) receive(JSON.parse(data) as FeedEvent);
      }
    } catch {
      // The connection is lost, or the reader has aborted.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}

interface Frame {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** Splits a stream of server-sent events, as this server writes them: a line a field, an empty line a frame. */
export async function* framesIn(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Frame> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = `${rest}${value}`.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string): string | undefined =>
        frame
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      yield { id: field('id'), data: field('data') };
    }
  }
}
