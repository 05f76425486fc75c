import { signal } from '@preact/signals';
import type { Conversation } from '../api/objects.ts';
import { server } from '../api/session.ts';
import { middleCut } from '../text/numbers.ts';

/** Keys of the metadata that may name a conversation, the best first. */
const TITLE_KEYS = ['title', 'name', 'subject', 'topic'];

const STORED_AS = 'colloquy.title-key';

/** The key of the metadata that the reader wants as the title; empty for the best one. */
export const titleKey = signal(localStorage.getItem(STORED_AS) ?? '');

export function chooseTitleKey(key: string): void {
  titleKey.value = key;
  localStorage.setItem(STORED_AS, key);
}

export interface Title {
  readonly text: string;
  /** Key of the metadata that the title is from. */
  readonly key: string | undefined;
  readonly isId: boolean;
}

/** Returns the name of a conversation from its metadata, or else its id, shortened. */
export function titleOf({ id, metadata }: Pick<Conversation, 'id' | 'metadata'>): Title {
  const keys = [titleKey.value, ...(server.value?.console?.title_keys ?? TITLE_KEYS)];
  const key = keys.find((name) => (metadata[name] ?? '').trim() !== '');
  if (key === undefined) return { text: middleCut(id), key: undefined, isId: true };
  return { text: metadata[key] ?? '', key, isId: false };
}
