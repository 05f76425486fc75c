/**
 * Which conversations a statement may find, by their deletion and their expiry. Access conditions have it, so that no
 * statement finds one that is absent for its caller. The time is that of the database.
 *
 * - A conversation without `deleted_at` is live until its time is over.
 * - With `deleted_at`, it is in the trash until `purge_at`, and may be restored.
 * - From `purge_at` on it is absent, and is deleted for good in pieces.
 * - Without `purge_at` a hold keeps it after that. No caller finds it.
 */

import type { SqlSyntax } from '../engine/syntax.ts';

/**
 * - `live`: what callers find.
 * - `trashed`: what may be restored.
 * - `reachable`: either of the two.
 * - `stored`: everything, for erasing it.
 */
export type Presence = 'live' | 'trashed' | 'reachable' | 'stored';

/**
 * The end of a conversation's time; null for one without. With `idle_ms`, each stored item moves it. Of one whose items
 * are not counted yet, such as one that was imported, the end is not known: it lives until a sweep looks at it.
 */
export const EXPIRY = `CASE WHEN conversations.idle_ms IS NULL THEN conversations.expires_at
      WHEN conversations.active_slot = 0 AND conversations.active_at IS NULL THEN NULL
      ELSE coalesce(conversations.active_at, conversations.created_at) + conversations.idle_ms END`;

/** The condition that the time of a conversation is over. */
export function isOverSql({ now }: Pick<SqlSyntax, 'now'>): string {
  return `(conversations.expires_at IS NOT NULL AND (${EXPIRY} <= ${now}) IS TRUE)`;
}

/**
 * A condition on the table `conversations`. The common one compares a number for inequality, which PostgreSQL without
 * statistics takes for nearly always true. It takes a comparison with null for rare, and would sort the few rows that
 * it then expects.
 */
export function presenceSql(presence: Presence, syntax: Pick<SqlSyntax, 'now'>): string {
  const { now } = syntax;
  const isOver = isOverSql(syntax);
  switch (presence) {
    case 'live':
      return `CAST(conversations.deleted_at IS NOT NULL OR ${isOver} AS INTEGER) <> 1`;
    case 'trashed':
      return `conversations.deleted_at IS NOT NULL AND conversations.purge_at > ${now} AND NOT ${isOver}`;
    case 'reachable':
      return `(conversations.deleted_at IS NULL OR conversations.purge_at > ${now}) AND NOT ${isOver}`;
    case 'stored':
      return 'TRUE';
  }
}
