import { useEffect } from 'preact/hooks';

/** Names the page for tabs, history and screen readers. */
export function useTitle(name: string): void {
  useEffect(() => {
    // Controls of direction would turn what tabs and windows show around.
    document.title = `${name.replaceAll(/\p{Cf}/gu, '')} · Colloquy`;
  }, [name]);
}
