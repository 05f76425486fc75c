import { signal } from '@preact/signals';

export const SCHEMES = ['system', 'light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** Preferences are the only thing that the console stores; they are of the page, not of its content. */
const STORED_AS = 'colloquy.scheme';

export const scheme = signal<Scheme>(stored());

function stored(): Scheme {
  const text = localStorage.getItem(STORED_AS);
  return SCHEMES.find((name) => name === text) ?? 'system';
}

export function choose(next: Scheme): void {
  scheme.value = next;
  localStorage.setItem(STORED_AS, next);
  applyScheme();
}

export function applyScheme(): void {
  document.documentElement.dataset['scheme'] = scheme.value;
}
