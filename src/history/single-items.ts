/** Rules that need no pairs of calls and outputs. */

import { objectsOf, stringField, type JsonObject } from '../base/json-object.ts';
import { isAction, isUserMessage } from './authors.ts';
import type { Entry, Findings } from './findings.ts';

/** Returns the indexes of items whose id an earlier item has. */
export function repeatedItems(items: readonly JsonObject[]): ReadonlySet<number> {
  const seen = new Set<string>();
  const repeated = new Set<number>();
  for (const [index, item] of items.entries()) {
    const id = stringField(item, 'id');
    if (id === undefined) continue;
    if (seen.has(id)) repeated.add(index);
    seen.add(id);
  }
  return repeated;
}

/** Keeps the first item of each id. */
export function withoutRepeated(
  entries: readonly Entry[],
  repeated: ReadonlySet<number>,
  findings: Findings,
): readonly Entry[] {
  return entries.filter((entry) => {
    if (!repeated.has(entry.index)) return true;
    const message = `An earlier item has the id ${stringField(entry.item, 'id') ?? ''}.`;
    return !findings.add(entry, { rule: 'duplicate_id', fix: 'drop', message });
  });
}

/** Removes messages without parts, and those of an assistant without text. */
export function withoutEmptyMessages(
  entries: readonly Entry[],
  findings: Findings,
): readonly Entry[] {
  return entries.filter(
    (entry) =>
      !isEmptyMessage(entry.item) ||
      !findings.add(entry, {
        rule: 'empty_message',
        fix: 'drop',
        message: 'The message has no content.',
      }),
  );
}

/** An empty text of a user may be meant. A model's is what is left of an answer that had only calls. */
function isEmptyMessage(item: JsonObject): boolean {
  if (item['type'] !== 'message') return false;
  const parts = objectsOf(item, 'content');
  return (
    (item['role'] === 'assistant' || parts.length === 0) &&
    parts.every((part) => (stringField(part, 'text') ?? stringField(part, 'refusal')) === '')
  );
}

/** Removes approvals without a request before them, and calls whose request was not approved before them. */
export function withoutStrayApprovals(
  entries: readonly Entry[],
  findings: Findings,
): readonly Entry[] {
  const isApproved = new Map<string, boolean>();
  return entries.filter((entry) => {
    const { item } = entry;
    const request = stringField(item, 'approval_request_id') ?? '';
    const id = stringField(item, 'id');
    if (item['type'] === 'mcp_approval_request' && id !== undefined) isApproved.set(id, false);
    if (item['type'] === 'mcp_approval_response') {
      if (isApproved.has(request)) {
        if (item['approve'] === true) isApproved.set(request, true);
        return true;
      }
      const message = `The request ${request} of the approval is missing.`;
      return !findings.add(entry, { rule: 'approval_without_request', fix: 'drop', message });
    }
    if (isApproved.get(request) !== false) return true;
    const message = `The request ${request} of the call was not approved.`;
    return !findings.add(entry, { rule: 'call_of_unapproved_request', fix: 'drop', message });
  });
}

/** Removes reasoning that neither a message nor a call of the model follows before the user's next message. */
export function withoutLoneReasoning(
  entries: readonly Entry[],
  findings: Findings,
): readonly Entry[] {
  const lone = loneReasoning(entries.map(({ item }) => item));
  return entries.filter(
    (entry, place) =>
      !lone.has(place) ||
      !findings.add(entry, {
        rule: 'reasoning_alone',
        fix: 'drop',
        message: 'Neither a message nor a call follows the reasoning.',
      }),
  );
}

/** Returns the indexes of the reasoning that `withoutLoneReasoning` removes. */
export function loneReasoning(items: readonly JsonObject[]): ReadonlySet<number> {
  const lone = new Set<number>();
  let isFollowed = false;
  for (const [index, item] of [...items.entries()].toReversed()) {
    if (isUserMessage(item)) isFollowed = false;
    else if (isAction(item)) isFollowed = true;
    else if (item['type'] === 'reasoning' && !isFollowed) lone.add(index);
  }
  return lone;
}

const RUNNING = new Set(['in_progress', 'searching', 'calling', 'interpreting', 'generating']);

/** Statuses of an interrupted item, for types that do not have `incomplete`. */
const STOPPED: Readonly<Record<string, string>> = {
  image_generation_call: 'failed',
  apply_patch_call: 'completed',
};

/** Ends items that were left in progress. */
export function withoutProgress(entries: readonly Entry[], findings: Findings): readonly Entry[] {
  return entries.map((entry) => {
    const { item, index } = entry;
    const status = stringField(item, 'status') ?? '';
    if (!RUNNING.has(status)) return entry;
    const message = `The status was left ${status}.`;
    const changes = findings.add(entry, { rule: 'left_in_progress', fix: 'change', message });
    const stopped = STOPPED[stringField(item, 'type') ?? ''] ?? 'incomplete';
    return changes ? { item: { ...item, status: stopped }, index } : entry;
  });
}
