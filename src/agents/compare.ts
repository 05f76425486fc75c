/** Comparison of the items of a session with those of a conversation. */

import type { AgentInputItem } from '@openai/agents';

/** Returns items as they are served: texts of users as lists, and without the empty lists that servers add. */
export function comparable(items: AgentInputItem[]): AgentInputItem[] {
  // Sound: the fields that are left out are optional.
  return items.map((item) => without(withParts(item)) as AgentInputItem);
}

function withParts(item: AgentInputItem): AgentInputItem {
  const isText = 'role' in item && item.role === 'user' && typeof item.content === 'string';
  if (!isText) return item;
  // Sound: it has just been checked.
  return { ...item, content: [{ type: 'input_text', text: item.content as string }] };
}

/** Fields that are served as empty lists where they were not posted. */
const ADDED = new Set(['annotations', 'logprobs']);

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, field]) => {
    const isEmptyList = Array.isArray(field) && field.length === 0;
    return field !== undefined && !(isEmptyList && ADDED.has(name));
  });
  return Object.fromEntries(kept.map(([name, field]) => [name, without(field)]));
}

/** Checks that two lists have the same items, in whatever order their fields are. */
export function sameItems(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return false;
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [ours, theirs] = [Object.entries(left), new Map(Object.entries(right))];
  return (
    ours.length === theirs.size &&
    ours.every(([name, value]) => theirs.has(name) && sameItems(value, theirs.get(name)))
  );
}
