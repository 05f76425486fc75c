import { ApiFailure, stream } from './client.ts';
import { framesIn } from './frames.ts';

/** A change, as the feed of a conversation has it. */
export interface FeedEvent {
  readonly type: string;
  readonly item_id?: string;
  readonly position?: number;
}

/** What is done with a feed. */
export interface FeedReader {
  readonly receive: (event: FeedEvent) => void;
  /** Is told the seconds until the next try while the connection is lost, and `undefined` when it is there. */
  readonly wait: (seconds: number | undefined) => void;
  /** Called when the feed begins at the present: earlier changes are not in it. */
  readonly miss: () => void;
}

const LONGEST_PAUSE_SECONDS = 30;

/**
 * Reads a feed from now on until it is aborted. After a lost connection it goes on where it was, with pauses that grow.
 * Rejects when the server refuses it. `EventSource` cannot send a key.
 */
export async function readFeed(
  path: string,
  signal: AbortSignal,
  { receive, wait, miss }: FeedReader,
): Promise<void> {
  let cursor: string | undefined;
  for (let losses = 0; !signal.aborted; losses += 1) {
    if (losses > 0) await pause(Math.min(2 ** (losses - 1), LONGEST_PAUSE_SECONDS), signal, wait);
    const after = cursor === undefined ? '' : `?after=${encodeURIComponent(cursor)}`;
    try {
      const { body } = await stream(`${path}${after}`, signal);
      for await (const { id, data } of framesIn(body)) {
        // The server sends a first frame at once, with the cursor.
        if (cursor === undefined) miss();
        losses = 0;
        wait(undefined);
        cursor = id ?? cursor;
        if (data !== undefined) receive(JSON.parse(data) as FeedEvent);
      }
    } catch (error) {
      if (signal.aborted) return;
      const status = error instanceof ApiFailure ? error.status : 0;
      if (status === EXPIRED) cursor = undefined;
      else if (status >= 400 && status < 500 && status !== TOO_MANY) throw error;
    }
  }
}

const EXPIRED = 410;
const TOO_MANY = 429;

async function pause(
  seconds: number,
  signal: AbortSignal,
  wait: FeedReader['wait'],
): Promise<void> {
  for (let left = seconds; left > 0 && !signal.aborted; left -= 1) {
    wait(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
