import { useEffect } from 'preact/hooks';
import { withVisibleControls } from '../text/controls.ts';

/** Names the page for tabs, history and screen readers. */
export function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${withVisibleControls(name)} · Colloquy`;
  }, [name]);
}
