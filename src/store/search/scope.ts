/** Words that say where an item belongs. They stand before its own words, none of which has their first character. */

import { createHash } from 'node:crypto';
import type { ConversationKey } from '../conversations/port.ts';

const SIGN = '§';
const DIGITS = 12;

/** Stands between texts of an item, so that no phrase reaches from one into the next. */
export const BREAK = SIGN;

function scopeWord(kind: string, ...parts: readonly string[]): string {
  // A tenant has no line break, so no two scopes hash the same text.
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex');
  return `${SIGN}${kind}${hash.slice(0, DIGITS)}`;
}

export function tenantWord(tenant: string): string {
  return scopeWord('t', tenant);
}

export function ownerWord(tenant: string, owner: string): string {
  return scopeWord('o', tenant, owner);
}

export function conversationWord({ tenant, conversationId }: ConversationKey): string {
  return scopeWord('c', tenant, conversationId);
}

export function roleWord(role: string): string {
  return scopeWord('r', role);
}

export function typeWord(type: string): string {
  return scopeWord('k', type);
}
