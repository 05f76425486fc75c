/** Rows of an archive. */

import type { ArchiveRecord } from '../../src/index.ts';

export const archivedKey: ArchiveRecord = {
  table: 'api_keys',
  row: {
    id: 'key_archived',
    tenant: 't',
    subject: 's',
    attributes: '{}',
    hash: 'hash of an archived key',
    created_at: 1,
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
  },
};

/** A conversation of tenant `t` with these items. */
export function archivedConversation(
  id: string,
  owner: string,
  ...items: readonly string[]
): readonly ArchiveRecord[] {
  return [
    {
      table: 'conversations',
      row: {
        tenant: 't',
        id,
        owner,
        created_at: 1,
        next_position: items.length,
        attributes: '{}',
        metadata: '{}',
        is_hidden: 0,
        forked_from: null,
        forked_at: null,
        expires_at: null,
        idle_ms: null,
        deleted_at: null,
        purge_at: null,
      },
    },
    ...items.map((item, position): ArchiveRecord => ({
      table: 'items',
      row: {
        tenant: 't',
        conversation_id: id,
        position,
        id: item,
        type: 'message',
        created_at: 1,
        data: '{}',
      },
    })),
  ];
}
