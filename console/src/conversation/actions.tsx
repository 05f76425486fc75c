import type { Conversation } from '../api/objects.ts';
import { dropList } from '../conversations/kept-list.ts';
import { titleOf } from '../conversations/title.ts';
import { ExportButton } from '../export/export-button.tsx';
import { ConfirmedButton } from '../look/confirm.tsx';
import { go, lastList } from '../place.ts';
import { consequence, deleteConversation, tellDeleted } from '../trash/deletion.ts';
import { ExpiryButton } from './expiry.tsx';
import { MetadataButton } from './metadata.tsx';

/** Characters of a title in the name of a file. */
const LONGEST_TITLE = 24;

/** What may be done with a conversation, as far as the caller may. */
export function ConversationActions({
  conversation,
  change,
}: {
  readonly conversation: Conversation;
  /** Called with the conversation as it is now. */
  readonly change: (changed: Conversation) => void;
}) {
  const { id, permissions = [] } = conversation;
  const title = titleOf(conversation);
  const changed = (updated: Conversation): void => {
    dropList();
    // The answer of a change lacks what has to be asked for.
    const { expires_after: _, expires_at: __, last_active_at: ___, ...rest } = conversation;
    change({ ...rest, ...updated });
  };
  return (
    <div class="conversation-actions" role="group" aria-label="The conversation">
      <ExportButton
        name="Export…"
        parts={[[['conversation_id[]', id]]]}
        what="this conversation"
        file={title.isId ? id : `${title.text.slice(0, LONGEST_TITLE)} ${id}`}
      />
      {permissions.includes('update') && (
        <>
          <MetadataButton conversation={conversation} change={changed} />
          <ExpiryButton conversation={conversation} change={changed} />
        </>
      )}
      {permissions.includes('delete') && (
        <ConfirmedButton
          name="Delete"
          question={title.isId ? 'Delete this conversation?' : `Delete “${title.text}”?`}
          consequence={consequence(false)}
          act={async () => {
            await deleteConversation(id);
            tellDeleted([id], () => go({ page: 'conversation', id, item: undefined }));
            go(lastList.value);
          }}
        />
      )}
    </div>
  );
}
