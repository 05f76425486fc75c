import { useEffect, useState } from 'preact/hooks';
import { readFeed, type FeedEvent } from '../api/feed.ts';
import { asFailure } from '../api/client.ts';
import { server } from '../api/session.ts';
import { useKeys } from '../look/keys.ts';
import type { ItemWindow } from './item-window.ts';
import type { Rows } from './use-virtual-rows.ts';

/** Distance in pixels from the end of the rows at which a reader is taken along. */
const NEAR_END = 80;

/** Follows a conversation while it grows. A reader who is not at its end stays where they are. */
export function Live({ items, rows }: { readonly items: ItemWindow; readonly rows: Rows }) {
  const [isOn, setOn] = useState(false);
  const [news, setNews] = useState(0);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!isOn) return undefined;
    const abort = new AbortController();
    setNews(0);
    setProblem('');
    const receive = (event: FeedEvent): void => {
      // The feed of a conversation ends with it.
      if (event.type === 'conversation.deleted') setOn(false);
      if (event.type !== 'conversation.item.created') items.apply(event);
      else if (items.hasNewer || !rows.isAtEnd(NEAR_END)) {
        items.hasNewer = true;
        setNews((number) => number + 1);
      } else void followed(items, rows);
    };
    const path = `conversations/${encodeURIComponent(items.conversation)}/events`;
    // What came between the opening of the page and that of the feed.
    void followed(items, rows);
    readFeed(path, abort.signal, receive).catch((error: unknown) => {
      if (abort.signal.aborted) return;
      setProblem(asFailure(error).message);
      setOn(false);
    });
    return () => abort.abort();
  }, [isOn, items]);
  const hasFeed = server.value?.features.includes('events') === true;
  useKeys(hasFeed ? { l: () => setOn(!isOn) } : {});
  if (!hasFeed) return null;
  const showNews = (): void => {
    setNews(0);
    void items.open('last');
  };
  return (
    <>
      <button type="button" class="plain live" aria-pressed={isOn} onClick={() => setOn(!isOn)}>
        <span aria-hidden="true">{isOn ? '●' : '○'}</span> Live
      </button>
      {news > 0 && (
        <button type="button" onClick={showNews}>
          {news} new ↓
        </button>
      )}
      <span role="status" class="problem">
        {problem}
      </span>
    </>
  );
}

/** Loads what was appended, and goes to its end. */
async function followed(items: ItemWindow, rows: Rows): Promise<void> {
  const wasAtEnd = !items.hasNewer && rows.isAtEnd(NEAR_END);
  items.hasNewer = true;
  await items.newer();
  if (wasAtEnd) requestAnimationFrame(() => rows.scrollToEnd());
}
