/** The list that was shown last, so that Back finds it as it was left. */

import { effect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { readFeed } from '../api/feed.ts';
import { server, signIns } from '../api/session.ts';
import { ConversationList, type ListChoice } from './conversation-list.ts';

/** The least time between two looks for what is newer. */
const LOOK_AGAIN_MS = 3000;

let kept: { readonly key: string; readonly list: ConversationList } | undefined;
/** The list that is on the page. */
let shown: ConversationList | undefined;

/** Takes deleted conversations out of the list. */
export function forgetConversations(ids: readonly string[]): void {
  kept?.list.forget(ids);
}

/** Has the list loaded anew when it is shown again, since something in it has changed. */
export function dropList(): void {
  // The one on the page goes on: stopped while it loads, it would look empty.
  if (kept?.list !== shown) kept?.list.pages.stop();
  kept = undefined;
}

/** Loads the list anew, at once where it is shown. */
export function refreshList(): void {
  if (shown === undefined) dropList();
  else void shown.refresh();
}

/** Returns the list for a choice: the one that was left, or a new one. */
export function useConversationList(choice: ListChoice): ConversationList {
  const key = JSON.stringify([signIns.value, choice]);
  const list = useMemo(() => {
    if (kept?.key === key) return kept.list;
    dropList();
    const fresh = new ConversationList(choice);
    kept = { key, list: fresh };
    return fresh;
  }, [key]);
  useEffect(() => {
    if (list.pages.entries.value.length > 0) void list.look();
    else void list.pages.reload();
    shown = list;
    const stopWatching = watch(list);
    return () => {
      stopWatching();
      if (kept?.list !== list) list.pages.stop();
      if (shown === list) shown = undefined;
    };
  }, [list]);
  return list;
}

/** Looks for newer conversations when the feed tells of a change, and when the reader comes back to the tab. */
function watch(list: ConversationList): () => void {
  let timer: number | undefined;
  let feed: AbortController | undefined;
  const lookSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // What has failed is tried again by the reader.
      if (list.pages.failure.value !== undefined) return;
      void list.look().then((hasLooked) => {
        if (!hasLooked && shown === list) lookSoon();
      });
    }, LOOK_AGAIN_MS);
  };
  const follow = (): void => {
    feed?.abort();
    feed = undefined;
    if (document.visibilityState === 'hidden') return;
    if (server.value?.features.includes('events') !== true) return;
    feed = new AbortController();
    // Without the feed, the reader is told on coming back.
    const reader = { receive: lookSoon, wait: () => undefined, miss: lookSoon };
    readFeed('conversations/events', feed.signal, reader).catch(() => undefined);
  };
  const comeBack = (): void => {
    follow();
    if (document.visibilityState === 'visible') void list.look();
  };
  const dispose = effect(follow);
  document.addEventListener('visibilitychange', comeBack);
  return () => {
    dispose();
    feed?.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', comeBack);
  };
}
