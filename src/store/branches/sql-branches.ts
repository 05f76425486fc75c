import { Recording } from '../changes/recording.ts';
import { FilteredStatements, keyOf, scopeOf } from '../conversations/access-condition.ts';
import { ItemWrites } from '../conversations/item-writes.ts';
import type { ConversationReader } from '../conversations/port.ts';
import { selectConversation } from '../conversations/statements.ts';
import type { Driver } from '../engine/driver.ts';
import { text } from '../engine/rows.ts';
import type { RewindNames } from '../idempotency/port.ts';
import { NothingStored } from '../responses/commit.ts';
import { forkConversation } from './fork.ts';
import type {
  BranchStore,
  ForkConversationParams,
  ForkConversationResult,
  ReadableSourcesParams,
  RewindParams,
  RewindResult,
  Rewound,
} from './port.ts';
import { BranchRefused, HistoryChanged } from './refusal.ts';
import { rewindConversation } from './rewind.ts';
import { selectReadable } from './statements.ts';

/** Branches in SQL, over a driver. */
export class SqlBranches implements BranchStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;
  readonly #itemWrites: ItemWrites;
  readonly #recording: Recording;

  constructor(
    driver: Driver,
    conversations: Pick<ConversationReader, 'get' | 'findItem'>,
    settings: { readonly recordsChanges: boolean },
  ) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
    this.#itemWrites = new ItemWrites(driver, conversations);
    this.#recording = new Recording(this.#statements, settings);
  }

  async readableSources(params: ReadableSourcesParams): Promise<ReadonlySet<string>> {
    const { tenant, conversationIds, access } = params;
    const query = this.#statements.query(selectReadable, [tenant, conversationIds], access);
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    return new Set(rows.map((row) => text(row, 'id')));
  }

  fork(params: ForkConversationParams): Promise<ForkConversationResult> {
    const source = { tenant: params.tenant, ...params.source };
    return orRefusal(
      this.#itemWrites.run(params, source, (items) => ({
        write: forkConversation({ ...params, items }, this.#statements),
        itemIds: undefined,
      })),
    );
  }

  async rewind(params: RewindParams): Promise<RewindResult> {
    try {
      return await orRefusal(
        this.#itemWrites.run<Rewound>(params, params, (items) => ({
          write: rewindConversation({ ...params, items }, this.#statements, this.#recording),
          itemIds: items.map(({ id }) => id),
          namesOf,
        })),
      );
    } catch (error) {
      if (error instanceof HistoryChanged) return { refused: 'changed' };
      if (error instanceof NothingStored) return { refused: await this.#reason(params) };
      throw error;
    }
  }

  /** Finds the reason why a rewind has stored nothing. A turn that is lost does not come back. */
  async #reason(params: RewindParams): Promise<'conversation_absent' | 'turn_lost'> {
    const query = this.#statements.query(selectConversation, keyOf(params), params.access);
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    return rows.length === 0 ? 'conversation_absent' : 'turn_lost';
  }
}

function namesOf({ items, deletedIds, deletedCount }: Rewound): RewindNames {
  return { itemIds: items.map(({ id }) => id), deletedIds, deletedCount };
}

/** Returns the refusal that a write has thrown. */
async function orRefusal<Result>(
  writing: Promise<Result>,
): Promise<Result | BranchRefused['refusal']> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof BranchRefused) return error.refusal;
    throw error;
  }
}
