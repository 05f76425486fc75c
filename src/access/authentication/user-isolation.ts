import { hash } from 'node:crypto';
import type { Principal } from '../principal.ts';
import type { Credentials } from './scheme.ts';

const HEADER = 'x-ms-user-isolation-key';
/**
 * Longest isolation key in an owner's name; a longer one is replaced with its hash, since owners are part of an index
 * with bounded entries.
 */
const LONGEST_KEY = 128;

/**
 * Narrows a principal to one user of a shared credential, as the header of Azure's API does. No other subject can equal
 * a narrowed one: separators in subjects are doubled, and the key has none.
 */
export function isolated(principal: Principal, credentials: Credentials): Principal {
  const key = credentials.header(HEADER) ?? '';
  return { ...principal, owner: isolatedOwner(principal.subject, key) };
}

/** Returns the owner's name of one user of a subject; without a key, the subject itself. */
export function isolatedOwner(subject: string, key: string): string {
  const plain = subject.replaceAll('#', '##');
  if (key === '') return plain;
  // No encoded key begins with an equals sign.
  return `${plain}#${key.length > LONGEST_KEY ? `=${hash('sha256', key)}` : encodeURIComponent(key)}`;
}
