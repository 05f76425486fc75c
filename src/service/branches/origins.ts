import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { BranchStore } from '../../store/branches/port.ts';
import type { ConversationRecord, Origin } from '../../store/conversations/port.ts';

/** A conversation as a principal sees it. `forkedFrom` is null for a fork whose source the principal may not read. */
export interface ShownConversation extends Omit<ConversationRecord, 'forkedFrom'> {
  readonly forkedFrom?: Origin | null;
}

/** The sources of forks, which are shown to those who may read them. An absent source and a foreign one look the same. */
export class Origins {
  readonly #store: Pick<BranchStore, 'readableSources'>;
  readonly #authorizer: Authorizer;

  constructor(store: Pick<BranchStore, 'readableSources'>, authorizer: Authorizer) {
    this.#store = store;
    this.#authorizer = authorizer;
  }

  async shown(principal: Principal, conversation: ConversationRecord): Promise<ShownConversation> {
    if (conversation.forkedFrom === undefined) return conversation;
    const [shown = conversation] = await this.allShown(principal, [conversation]);
    return shown;
  }

  /** Looks all sources up at once. */
  async allShown(
    principal: Principal,
    conversations: readonly ConversationRecord[],
  ): Promise<readonly ShownConversation[]> {
    const sources = new Set(
      conversations.flatMap(({ forkedFrom }) => forkedFrom?.conversationId ?? []),
    );
    if (sources.size === 0) return conversations;
    const readable = await this.#readable(principal, [...sources]);
    return conversations.map((conversation) => {
      const { forkedFrom } = conversation;
      const isHidden = forkedFrom !== undefined && !readable.has(forkedFrom.conversationId);
      return isHidden ? { ...conversation, forkedFrom: null } : conversation;
    });
  }

  /** Checks whether the principal may read a source. */
  async isReadable(principal: Principal, conversationId: string): Promise<boolean> {
    return (await this.#readable(principal, [conversationId])).has(conversationId);
  }

  #readable(
    principal: Principal,
    conversationIds: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const { tenant } = principal;
    const access = this.#authorizer.filter(principal, 'read');
    return this.#store.readableSources({ tenant, conversationIds, access });
  }
}
