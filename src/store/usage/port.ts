/** The port of usage: what conversations and the models' answers amount to. */

import type { Page } from '../../base/paging.ts';
import type { RowFilter } from '../../base/row-filter.ts';
import type { TokenCounts } from '../responses/port.ts';

/**
 * The groups of a sum.
 * - `owner`: the owner of the conversations, in the order of names.
 * - `conversation`: each conversation that is not hidden, the newest first.
 * - `day`: the day, in UTC, on which a conversation or a response was created, the last one first.
 */
export type UsageGroup = 'owner' | 'conversation' | 'day';

export interface SumUsageParams {
  readonly tenant: string;
  readonly access: RowFilter;
  readonly groupBy: UsageGroup;
  /** Pairs that all must be in the metadata of the conversations. */
  readonly metadata: readonly (readonly [key: string, value: string])[];
  readonly limit: number;
  /** The name of the group after which to begin; `undefined` for the first page. */
  readonly after: string | undefined;
}

/** What a group of conversations amounts to, without anything that was deleted. */
export interface UsageRecord extends TokenCounts {
  /** The owner, the conversation's id, or the day as `2026-11-27`. */
  readonly group: string;
  /** Without hidden ones. */
  readonly conversations: number;
  /** Items of conversations, hidden ones included, and the UTF-8 bytes of their JSON, of those that are counted. */
  readonly items: number;
  readonly bytes: number;
  readonly responses: number;
  /** Creation times of the first and the last conversation or response, Unix milliseconds. */
  readonly oldest: number;
  readonly newest: number;
}

export interface UsageReader {
  sum(params: SumUsageParams): Promise<Page<UsageRecord>>;
}
