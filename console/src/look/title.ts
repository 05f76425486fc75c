import { useEffect } from 'preact/hooks';

/** Names the page for tabs, history and screen readers. */
export function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${name} · Colloquy`;
  }, [name]);
}
