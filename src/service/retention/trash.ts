import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ConversationReader, ConversationRecord } from '../../store/conversations/port.ts';
import type { RetentionStore } from '../../store/retention/port.ts';
import { keptUnder, repeatedConversation } from '../conversations/repetitions.ts';
import type { RequestKey } from '../idempotency/request-key.ts';

interface TrashOptions {
  readonly store: {
    readonly conversations: Pick<ConversationReader, 'get' | 'getItems'>;
    readonly retention: Pick<RetentionStore, 'restore'>;
  };
  readonly authorizer: Authorizer;
}

/** Conversations that were deleted, and may be restored for a while. */
export class Trash {
  readonly #options: TrashOptions;

  constructor(options: TrashOptions) {
    this.#options = options;
  }

  /**
   * Takes a conversation out of the trash, and returns it, so that the principal must be able to read it too. One that
   * is alive is returned as it is: a client that has lost the answer restores once more.
   */
  async restore(principal: Principal, id: string, key?: RequestKey): Promise<ConversationRecord> {
    const { store, authorizer } = this.#options;
    const access = authorizer.filter(principal, 'read', 'delete');
    const conversation = { tenant: principal.tenant, conversationId: id, access };
    const result = await store.retention.restore({ ...conversation, ...keptUnder(principal, key) });
    if (result.refused === undefined) return result.conversation;
    if (result.refused === 'key_used') {
      return repeatedConversation(store.conversations, { ...conversation, key, used: result.used });
    }
    const alive = await store.conversations.get(conversation);
    if (alive === null) throw apiError('conversation_not_found', { id });
    return alive;
  }
}
