import {
  OpenAIConversationsSession,
  UserError,
  type AgentInputItem,
  type SessionHistoryTransaction,
  type SessionHistoryTransactionArgs,
  type SessionHistoryTransactionAwareSession,
} from '@openai/agents';
import { comparable, sameItems } from './compare.ts';
import { keyOf, snapshotOf } from './operation.ts';

type SessionOptions = NonNullable<ConstructorParameters<typeof OpenAIConversationsSession>[0]>;
type Client = NonNullable<SessionOptions['client']>;
type ReplaceSuffix = Extract<SessionHistoryTransaction, { readonly type: 'replace_suffix' }>;

export interface ColloquySessionOptions extends Pick<SessionOptions, 'conversationId'> {
  /** OpenAI's client, with the base URL of the server. */
  readonly client: Client;
}

/** A write of an operation: a path after `/conversations/{id}`, and a body. */
interface Write {
  readonly path: '/items' | '/rewind';
  readonly body: object;
}

/** A place that no conversation has: nothing is done there, unless the operation has been applied already. */
const NOWHERE = { after: ' ' };

/**
 * A session of the Agents SDK in a conversation of this server, which applies transactions of its history: each once,
 * and whole. All else is as in the SDK's own `OpenAIConversationsSession`.
 */
export class ColloquySession
  extends OpenAIConversationsSession
  implements SessionHistoryTransactionAwareSession
{
  readonly #client: Client;

  constructor(options: ColloquySessionOptions) {
    super(options);
    this.#client = options.client;
  }

  /** Returns items in the form in which stored and expected ones are equal, without what servers add. */
  override prepareHistoryItemsForPersistenceComparison(items: AgentInputItem[]): AgentInputItem[] {
    return comparable(super.prepareHistoryItemsForPersistenceComparison(items));
  }

  /**
   * Applies a transaction once. Repeating an operation does nothing more; with another transaction, or when the suffix is
   * not the expected one, it throws a `UserError`, and nothing is changed.
   */
  async applyHistoryTransaction(args: SessionHistoryTransactionArgs): Promise<void> {
    const { operationId, transaction } = snapshotOf(args);
    const id = await this.getSessionId();
    const write =
      transaction.type === 'append_items'
        ? this.#append(transaction.items)
        : await this.#replacement(transaction);
    try {
      await this.#client.post(`/conversations/${encodeURIComponent(id)}${write.path}`, {
        body: write.body,
        headers: keyOf(id, operationId, transaction),
      });
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }

  #append(items: AgentInputItem[]): Write {
    return { path: '/items', body: { items: this.#stored(items) } };
  }

  /** Returns the write for the suffix as it is now. One that is not as expected may have been replaced already. */
  async #replacement({ expectedSuffix, replacement }: ReplaceSuffix): Promise<Write> {
    const expected = this.prepareHistoryItemsForPersistenceComparison(expectedSuffix);
    if (expected.length === 0) return this.#append(replacement);
    const suffix = await this.getItems(expected.length);
    const ids = suffix.map(({ id }) => id).filter((id) => id !== undefined);
    const [first] = ids;
    const isExpected =
      first !== undefined &&
      ids.length === expected.length &&
      sameItems(this.prepareHistoryItemsForPersistenceComparison(suffix), expected);
    const place = isExpected ? { before: first, expected_item_ids: ids } : NOWHERE;
    return { path: '/rewind', body: { ...place, items: this.#stored(replacement) } };
  }

  /** Returns items as `addItems` sends them. */
  #stored(items: AgentInputItem[]): AgentInputItem[] {
    return super.prepareHistoryItemsForPersistenceComparison(items);
  }
}

/** Returns the error of an operation that was refused; `undefined` for another failure. */
function refusalOf(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { status, code, param } = { status: 0, code: null, param: null, ...error };
  if (code === 'idempotency_key_reused') {
    return new UserError(
      'Session history operation was already applied with a different transaction.',
    );
  }
  const isChanged =
    code === 'history_changed' || (status === 404 && (param === 'after' || param === 'before'));
  return isChanged
    ? new UserError('Session history suffix no longer matches the transaction precondition.')
    : undefined;
}
