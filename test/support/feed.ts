/** Readers of change feeds over HTTP, by `fetch` alone. */

export interface ReadEvent {
  readonly type: string;
  readonly id: string;
  readonly conversation_id: string;
  readonly item_id?: string;
  readonly position?: number;
}

/** A frame with an event, a cursor, or both; a comment has neither. */
interface Frame {
  readonly event: ReadEvent | undefined;
  readonly cursor: string | undefined;
}

export interface FeedReader extends AsyncDisposable {
  readonly response: Response;
  /** All that was read. */
  readonly frames: readonly Frame[];
  readonly events: readonly ReadEvent[];
  /** The cursor of the last frame that had one. */
  readonly cursor: string;
  /** Reads until a condition holds. Rejects when the feed ends before. */
  until(isDone: (events: readonly ReadEvent[]) => boolean): Promise<readonly ReadEvent[]>;
  /** Reads until the feed ends, and returns the text of its last frame. */
  end(): Promise<string>;
}

export interface FeedOptions {
  readonly after?: string;
  readonly lastEventId?: string;
  readonly token?: string;
}

/** Opens a feed by its URL, and resolves when its first frame has been read, or with an answer that is not a feed. */
export async function openFeed(
  url: string,
  { after, lastEventId, token }: FeedOptions = {},
): Promise<FeedReader> {
  const stop = new AbortController();
  const response = await fetch(after === undefined ? url : `${url}?after=${after}`, {
    signal: stop.signal,
    headers: {
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const frames: Frame[] = [];
  const events: ReadEvent[] = [];
  const texts = textsOf(response);
  let lastText = '';
  const read = async (): Promise<boolean> => {
    const next = await texts.next();
    if (next.done === true) return false;
    lastText = next.value;
    const frame = frameOf(next.value);
    frames.push(frame);
    if (frame.event !== undefined) events.push(frame.event);
    return true;
  };
  if (response.status === 200) await read();
  return {
    response,
    frames,
    events,
    get cursor() {
      return frames.findLast(({ cursor }) => cursor !== undefined)?.cursor ?? '';
    },
    until: async (isDone) => {
      while (!isDone(events)) {
        if (!(await read())) throw new Error(`the feed has ended: ${lastText}`);
      }
      return events;
    },
    end: async () => {
      while (await read());
      return lastText;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await texts.return().catch(() => undefined);
    },
  };
}

/** Reads until there are so many events. */
export function counting(count: number) {
  return (events: readonly ReadEvent[]): boolean => events.length >= count;
}

async function* textsOf({ body }: Response): AsyncGenerator<string, void, undefined> {
  if (body === null) return;
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    yield* frames;
  }
}

function frameOf(text: string): Frame {
  const fields = text.split('\n').map((line) => line.split(/: (.*)/s));
  const field = (name: string): string | undefined => fields.find(([key]) => key === name)?.[1];
  const data = field('data');
  return {
    // Sound: what is not an event fails the test that reads it.
    event: data === undefined ? undefined : (JSON.parse(data) as ReadEvent),
    cursor: field('id'),
  };
}
