import { hash } from 'node:crypto';
import type { Principal } from '../principal.ts';
import type { Credentials } from './scheme.ts';

const HEADER = 'x-ms-user-isolation-key';
/** Beyond this the hash of a key stands for it: owners are part of an index, which takes no endless ones. */
const LONGEST_KEY = 128;

/**
 * Narrows a principal to one of the users behind it, as the header of Azure's API does. No subject can be
 * taken for a narrowed one: its own separators are doubled, and the key has none.
 */
export function isolated(principal: Principal, credentials: Credentials): Principal {
  const key = credentials.header(HEADER) ?? '';
  return { ...principal, owner: isolatedOwner(principal.subject, key) };
}

/** The name under which one user behind a subject owns; without a key, the subject itself. */
export function isolatedOwner(subject: string, key: string): string {
  const plain = subject.replaceAll('#', '##');
  if (key === '') return plain;
  // No encoded key begins with an equals sign.
  return `${plain}#${key.length > LONGEST_KEY ? `=${hash('sha256', key)}` : encodeURIComponent(key)}`;
}
