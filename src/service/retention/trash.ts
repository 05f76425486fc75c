import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { BranchStore } from '../../store/branches/port.ts';
import type { ConversationReader } from '../../store/conversations/port.ts';
import type { RetentionStore } from '../../store/retention/port.ts';
import { Origins, type ShownConversation } from '../branches/origins.ts';
import type { WriteOptions } from '../conversations/conversations.ts';
import { absenceOf, onRevision } from '../conversations/preconditions.ts';
import { keptUnder, repeatedConversation } from '../conversations/repetitions.ts';

interface TrashOptions {
  readonly store: {
    readonly conversations: Pick<ConversationReader, 'get' | 'getItems'>;
    readonly retention: Pick<RetentionStore, 'restore'>;
    readonly branches: Pick<BranchStore, 'readableSources'>;
  };
  readonly authorizer: Authorizer;
}

/** Conversations that were deleted, and may be restored for a while. */
export class Trash {
  readonly #options: TrashOptions;
  readonly #origins: Origins;

  constructor(options: TrashOptions) {
    this.#options = options;
    this.#origins = new Origins(options.store.branches, options.authorizer);
  }

  /**
   * Takes a conversation out of the trash, and returns it, so that the principal must be able to read it too. One that
   * is alive is returned as it is: a client that has lost the answer restores once more.
   */
  async restore(
    principal: Principal,
    id: string,
    { key, precondition }: WriteOptions,
  ): Promise<ShownConversation> {
    const { store, authorizer } = this.#options;
    const access = authorizer.filter(principal, 'read', 'delete');
    const conversation = { tenant: principal.tenant, conversationId: id, access };
    const result = await store.retention.restore({
      ...onRevision(conversation, precondition),
      ...keptUnder(principal, key),
    });
    switch (result.refused) {
      case undefined:
        return this.#origins.shown(principal, result.conversation);
      case 'key_used': {
        const repetition = { ...conversation, key, used: result.used };
        const repeated = await repeatedConversation(store.conversations, repetition);
        return this.#origins.shown(principal, repeated);
      }
      default: {
        const alive = await store.conversations.get(onRevision(conversation, precondition));
        if (alive !== null) return this.#origins.shown(principal, alive);
        const trashed = { ...conversation, presence: 'trashed' } as const;
        throw await absenceOf(store.conversations, trashed, precondition);
      }
    }
  }
}
