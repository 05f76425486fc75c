/** Deletions of conversations, and ways to take them back. */

import { asFailure, call } from '../api/client.ts';
import type { Conversation } from '../api/objects.ts';
import { principal, trashDays } from '../api/session.ts';
import { dropList, forgetConversations } from '../conversations/kept-list.ts';
import { dismissNotice, notify } from '../look/notice.tsx';
import { conversations } from '../text/numbers.ts';

/** Returns what a deletion means on this server, as a sentence. */
export function consequence(many: boolean): string {
  // Who the caller is comes a moment after the page.
  if (principal.value === undefined)
    return 'Where the server has a trash, it goes there for some days.';
  const days = trashDays();
  const [subject, items] = many ? ['They', 'their items'] : ['It', 'its items'];
  return days > 0
    ? `${subject} go${many ? '' : 'es'} to the trash for ${days} ${days === 1 ? 'day' : 'days'}, with ${items} and responses. Until then, ${subject.toLowerCase()} can be restored.`
    : `${subject} ${many ? 'are' : 'is'} gone for good, with ${items} and responses. This server has no trash.`;
}

export async function deleteConversation(id: string): Promise<void> {
  await call(`conversations/${encodeURIComponent(id)}`, { method: 'DELETE' });
  forgetConversations([id]);
}

/** Deletes for good what is in the trash, or would go there. */
export async function deleteForGood(id: string): Promise<void> {
  await call(`conversations/${encodeURIComponent(id)}?permanent=true`, { method: 'DELETE' });
  dismissNotice();
  forgetConversations([id]);
}

export async function restoreConversation(id: string): Promise<Conversation> {
  const restored = await call<Conversation>(`conversations/${encodeURIComponent(id)}/restore`, {
    method: 'POST',
  });
  dropList();
  return restored;
}

function asGone(error: unknown): never {
  if (asFailure(error).status !== 404) throw error;
  throw new Error('It is not in the trash any more.', { cause: error });
}

/** Tells what was deleted, and offers to take it back where there is a trash. `restored` is called after that. */
export function tellDeleted(ids: readonly string[], restored: () => void): void {
  const what = ids.length === 1 ? 'The conversation' : conversations(ids.length);
  const days = trashDays();
  if (days === 0) {
    notify({ text: `${what} ${ids.length === 1 ? 'is' : 'are'} deleted.` });
    return;
  }
  const undo = async (): Promise<void> => {
    for (const id of ids) await restoreConversation(id).catch(asGone);
    restored();
    notify({ text: `${what} ${ids.length === 1 ? 'is' : 'are'} back.` });
  };
  notify({ text: `${what} ${ids.length === 1 ? 'is' : 'are'} in the trash.`, undo });
}
