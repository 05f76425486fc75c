import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type {
  ConversationHealthObject,
  ConversationRepairObject,
  OpenCalls,
} from '../../contract/conversations/health.ts';
import type { RepairConversationParams } from '../../contract/conversations/requests.ts';
import { apiError } from '../../contract/errors/registry.ts';
import { examine } from '../../history/examine.ts';
import type { Finding } from '../../history/findings.ts';
import type { Observer } from '../../observe/observer.ts';
import type { ConversationRef, ConversationStore } from '../../store/conversations/port.ts';
import { firstItems, parsedItem } from './read-items.ts';

/** Items that are examined: all of them are in memory at once. */
const MOST_ITEMS = 10_000;
/** Deletions that are sent to the store together. */
const DELETED_TOGETHER = 32;

export interface ConversationHealthOptions {
  readonly store: Pick<ConversationStore, 'listItems' | 'deleteItem'>;
  readonly authorizer: Authorizer;
  readonly observer: Pick<Observer, 'transferred'>;
  /** Whether the server shows models a compaction in the place of the items before it. */
  readonly isOwnCompaction: (tenant: string, item: JsonObject) => boolean;
}

interface Examined {
  readonly findings: readonly Finding[];
  readonly items: number;
  readonly truncated: boolean;
}

/** The defects of stored conversations that models are shown repaired. Throws an `ApiError` for an absent one. */
export class ConversationHealth {
  readonly #options: ConversationHealthOptions;

  constructor(options: ConversationHealthOptions) {
    this.#options = options;
  }

  async get(
    principal: Principal,
    id: string,
    openCalls: OpenCalls,
  ): Promise<ConversationHealthObject> {
    const access = this.#options.authorizer.filter(principal, 'read');
    const ref = { tenant: principal.tenant, conversationId: id, access };
    const { findings, items, truncated } = await this.#examined(ref, openCalls);
    return {
      object: 'conversation.health',
      healthy: findings.length === 0,
      findings: findings.map(served),
      items,
      truncated,
    };
  }

  /** Deletes the items that findings of the chosen rules drop. Positions are final, so that nothing else is changed. */
  async repair(
    principal: Principal,
    id: string,
    { isDryRun, rules, openCalls }: RepairConversationParams,
  ): Promise<ConversationRepairObject> {
    const access = this.#options.authorizer.filter(principal, 'read', 'update');
    const ref = { tenant: principal.tenant, conversationId: id, access };
    const { findings, items, truncated } = await this.#examined(ref, openCalls);
    const chosen = findings.filter(({ rule }) => rules === undefined || rules.includes(rule));
    const dropped = chosen.flatMap(({ fix, itemId }) =>
      fix === 'drop' && itemId !== null ? [itemId] : [],
    );
    const deleted = [...new Set(dropped)];
    if (!isDryRun) await this.#delete(ref, deleted);
    return {
      object: 'conversation.repair',
      dry_run: isDryRun,
      deleted,
      findings: findings.map(served),
      items,
      truncated,
    };
  }

  async #delete(ref: ConversationRef, ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += DELETED_TOGETHER) {
      const together = ids.slice(from, from + DELETED_TOGETHER);
      const deletions = together.map((itemId) =>
        this.#options.store.deleteItem({ ...ref, itemId }),
      );
      // An item that another request has just deleted is as good.
      const results = await Promise.all(deletions);
      if (results.some(({ absent }) => absent === 'conversation')) {
        throw apiError('conversation_not_found', { id: ref.conversationId });
      }
    }
  }

  async #examined(ref: ConversationRef, openCalls: OpenCalls): Promise<Examined> {
    const { store, observer, isOwnCompaction } = this.#options;
    const found = await firstItems(store, ref, { most: MOST_ITEMS });
    if (found === null) throw apiError('conversation_not_found', { id: ref.conversationId });
    observer.transferred('read', found.entries);
    const items = found.entries.map(parsedItem);
    const last = items.findLast(({ type }) => type === 'compaction');
    const { findings } = examine(items, {
      openCalls,
      tail: 'open',
      beforeCompaction:
        last !== undefined && isOwnCompaction(ref.tenant, last) ? 'skipped' : 'examined',
      ids: 'distinct',
    });
    return { findings, items: items.length, truncated: found.hasMore };
  }
}

function served({ rule, itemId, callId, fix, message }: Finding) {
  return { rule, item_id: itemId, call_id: callId, fix, message };
}
