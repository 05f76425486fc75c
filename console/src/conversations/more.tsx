import { useEffect, useRef } from 'preact/hooks';
import type { Pages } from './pages.ts';

/** How far below the window the next page is asked for. */
const AHEAD = '600px';

/** The end of a list: loads the next page when it comes near, and says what is there. */
export function More<Entry>({
  pages,
  noun,
}: {
  readonly pages: Pages<Entry>;
  /** What one entry is. */
  readonly noun: 'conversation' | 'item';
}) {
  const end = useRef<HTMLDivElement>(null);
  const number = pages.entries.value.length;
  const mayLoad =
    pages.hasMore.value && !pages.isLoading.value && pages.failure.value === undefined;
  useEffect(() => {
    if (!mayLoad || end.current === null) return undefined;
    const root = end.current.closest('main');
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) void pages.more();
      },
      { root, rootMargin: AHEAD },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [mayLoad, number]);
  return (
    <div ref={end} class="list-end quiet">
      {number} {number === 1 ? noun : `${noun}s`}
      {pages.hasMore.value && ' shown, more below'}
    </div>
  );
}
