import { useKeys } from '../look/keys.ts';

/** Moves between the links of a list with `j` and `k`. */
export function useRowKeys(): void {
  useKeys({ j: () => step(1), k: () => step(-1) });
}

function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('a[data-row]')];
  const present = links.findIndex((link) => link === document.activeElement);
  links[present === -1 ? 0 : Math.max(0, Math.min(links.length - 1, present + by))]?.focus();
}
