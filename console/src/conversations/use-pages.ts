import { useEffect, useMemo } from 'preact/hooks';
import { signIns } from '../api/session.ts';
import { Pages, type LoadPage } from './pages.ts';

/** Loads a list for a query, and anew for another query or caller. */
export function usePages<Entry>(query: string, load: LoadPage<Entry>): Pages<Entry> {
  const caller = signIns.value;
  const pages = useMemo(() => new Pages<Entry>(load), [query, caller]);
  useEffect(() => {
    void pages.more();
    return () => pages.stop();
  }, [pages]);
  return pages;
}
