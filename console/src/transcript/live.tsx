import { useEffect, useMemo, useState } from 'preact/hooks';
import { readFeed, type FeedEvent } from '../api/feed.ts';
import { asFailure } from '../api/client.ts';
import { server } from '../api/session.ts';
import { useKeys } from '../look/keys.ts';
import { count } from '../text/numbers.ts';
import { Follower } from './follower.ts';
import type { ItemWindow } from './item-window.ts';
import type { Rows } from './use-virtual-rows.ts';

interface LiveProps {
  readonly items: ItemWindow;
  readonly rows: Rows;
  /** Set while the end of the conversation is on the screen. */
  readonly isAtEnd: boolean;
}

/** Follows a conversation while it grows. A reader who is not at its end stays where they are. */
export function Live({ items, rows, isAtEnd }: LiveProps) {
  const [isOn, setOn] = useState(false);
  const [problem, setProblem] = useState('');
  const [waiting, setWaiting] = useState<number>();
  const follower = useMemo(() => new Follower(items, rows), [items]);
  follower.rows = rows;
  useEffect(() => {
    if (!isOn) return undefined;
    const abort = new AbortController();
    setProblem('');
    const receive = (event: FeedEvent): void => {
      if (event.type !== 'conversation.item.created') {
        items.apply(event);
        // The feed of a conversation ends with it.
        if (event.type === 'conversation.deleted') setOn(false);
        return;
      }
      if (!follower.note(event.position)) items.news.value += 1;
    };
    const path = `conversations/${encodeURIComponent(items.conversation)}/events`;
    readFeed(path, abort.signal, {
      receive,
      wait: setWaiting,
      miss: () => void follower.note(),
    }).catch((error: unknown) => {
      setProblem(asFailure(error).message);
      setOn(false);
    });
    return () => {
      abort.abort();
      setWaiting(undefined);
      items.news.value = 0;
    };
  }, [isOn, items]);
  useEffect(() => {
    if (isAtEnd) items.news.value = 0;
  }, [isAtEnd]);
  const hasFeed = server.value?.features.includes('events') === true;
  useKeys(hasFeed ? { l: () => setOn(!isOn) } : {});
  if (!hasFeed || items.gone.value !== undefined) return null;
  return (
    <>
      <button type="button" class="plain live" aria-pressed={isOn} onClick={() => setOn(!isOn)}>
        <span aria-hidden="true">{isOn ? '●' : '○'}</span> Live
      </button>
      {waiting !== undefined && (
        <span class="quiet">
          <span role="status">Connection lost.</span> Again in {waiting} s.
        </span>
      )}
      <span role="status" class="problem">
        {problem}
      </span>
    </>
  );
}

/** A button to the new items at the end, above the foot of the rows. */
export function News({ items }: { readonly items: ItemWindow }) {
  const news = items.news.value;
  return (
    <span role="status" class="news">
      {news > 0 && (
        <button type="button" class="main" onClick={() => void items.open('last')}>
          {count(news)} new ↓
        </button>
      )}
    </span>
  );
}
