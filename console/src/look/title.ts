import { useEffect } from 'preact/hooks';

/** Names the page for tabs, history and screen readers. */
export function useTitle(name: string): void {
  useEffect(() => {
    // Controls of direction would turn what tabs and windows show around.
    document.title = `${name.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')} · Colloquy`;
  }, [name]);
}
