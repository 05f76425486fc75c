import { hash } from 'node:crypto';
import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { newId } from '../../base/ids.ts';
import type { EraseConversationsParams, ErasureReceipt } from '../../contract/retention/erasure.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type { ErasureFilter, RetentionStore } from '../../store/retention/port.ts';
import type { AuditTrail } from '../audit.ts';
import { PieceSize, purgeWhole, runPiece } from './purging.ts';

const ID_PREFIX = 'era';
/** Conversations that are looked at at once. */
const CONVERSATIONS_PER_PAGE = 200;
/** Time after which a request ends with what it has done by then. */
const LONGEST_REQUEST_MS = 20_000;
const MS_PER_SECOND = 1000;

/** Places with texts that no erasure reaches, for the receipt. */
const NOT_COVERED: readonly string[] = [
  'backups, exports and copies of the database that were made before',
  'replicas, dead rows and archives of the log of PostgreSQL, until these are cleaned up',
  'items that other owners have copied into their conversations, by reference or as a fork',
  'deletions in the change feed: ids of conversations, times, attributes and a digest of the owner, for as long as it keeps events',
  'the audit log and the logs of the server, which have ids and no texts',
  'model servers and tools that were shown the texts',
];

interface ErasuresOptions {
  readonly store: Pick<RetentionStore, 'erasable' | 'condemn' | 'eraseOwners' | 'purge'>;
  readonly audit: Pick<AuditTrail, 'recordErasure'> | undefined;
}

/** How an erasure runs. */
export interface ErasureRun {
  readonly isDryRun: boolean;
  /** Returns `true` when the erasure has to end before the next conversation. */
  readonly isOver: () => boolean;
  /** Called with the number of conversations that were deleted. */
  readonly onProgress?: (deleted: number) => void;
}

/**
 * Deletes all conversations that match a filter, also those in the trash and those that no list shows. Each is absent for
 * all callers before its rows are deleted, and an erasure that was cut off is completed by the next one.
 */
export class Erasures {
  readonly #options: ErasuresOptions;
  readonly #authorizer: Pick<Authorizer, 'filter'>;

  constructor(options: ErasuresOptions, authorizer: Pick<Authorizer, 'filter'>) {
    this.#options = options;
    this.#authorizer = authorizer;
  }

  /** Erases what a principal may delete, also if it may not read it. */
  async ofPrincipal(
    principal: Principal,
    { owner, metadata, ids, isDryRun }: EraseConversationsParams,
    signal: AbortSignal,
  ): Promise<ErasureReceipt> {
    const { tenant, subject } = principal;
    const until = performance.now() + LONGEST_REQUEST_MS;
    const receipt = await erase(
      this.#options.store,
      {
        tenant,
        access: this.#authorizer.filter(principal, 'delete'),
        owners: owner === undefined ? undefined : { owner, orPrefix: undefined },
        metadata,
        ids,
      },
      { isDryRun, isOver: () => signal.aborted || performance.now() > until },
    );
    const { not_covered: _, object: __, ...figures } = receipt;
    const requestId = currentNotes()?.id;
    this.#options.audit?.recordErasure({ requestId, tenant, principal: subject, receipt: figures });
    return receipt;
  }
}

/** Erases what matches a filter, and returns the receipt. */
export async function erase(
  store: ErasuresOptions['store'],
  filter: ErasureFilter,
  { isDryRun, isOver, onProgress }: ErasureRun,
): Promise<ErasureReceipt> {
  const startedAt = Date.now();
  const size = new PieceSize();
  const counts = { matched: 0, held: 0, items: 0, bytes: 0 };
  const deleted: string[] = [];
  let after: string | undefined;
  let hasMore = false;
  do {
    const page = await runPiece(() => store.erasable(filter, after, CONVERSATIONS_PER_PAGE));
    for (const { id, owner, items, bytes, isHeld } of page.matches) {
      counts.matched += 1;
      counts.held += isHeld ? 1 : 0;
      if (isHeld) continue;
      if (isDryRun) {
        counts.items += items;
        counts.bytes += bytes;
        continue;
      }
      if (isOver()) {
        hasMore = true;
        continue;
      }
      const key = { tenant: filter.tenant, conversationId: id };
      if (!(await store.condemn(filter, { id, owner }))) continue;
      const purged = await purgeWhole(store, key, size);
      // A hold that has come since keeps what is left.
      if (purged.end === 'held') counts.held += 1;
      // A sweep may have deleted the rest of it.
      const isDeleted = purged.end !== 'held';
      counts.items += isDeleted ? items : purged.items;
      if (!isDeleted) continue;
      counts.bytes += bytes;
      deleted.push(id);
      onProgress?.(deleted.length);
    }
    after = page.next;
    hasMore ||= after !== undefined && isOver();
  } while (after !== undefined && !hasMore);
  // Those of conversations that were deleted before: nothing is known of their metadata.
  const isAllOfOwner = filter.metadata.length === 0 && filter.ids === undefined;
  if (!isDryRun && !hasMore && isAllOfOwner) await store.eraseOwners(filter);
  return {
    id: newId(ID_PREFIX),
    object: 'conversation.erasure',
    dry_run: isDryRun,
    ...counts,
    deleted: deleted.length,
    has_more: hasMore,
    started_at: Math.floor(startedAt / MS_PER_SECOND),
    finished_at: Math.floor(Date.now() / MS_PER_SECOND),
    ids_sha256: isDryRun ? null : digestOf(deleted),
    not_covered: [...NOT_COVERED],
  };
}

/** Returns the SHA-256 of sorted ids, each with a line feed. */
function digestOf(ids: readonly string[]): string {
  const lines = ids.toSorted().map((id) => `${id}\n`);
  return hash('sha256', lines.join(''));
}
