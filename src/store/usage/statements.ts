import type { UsageGroup } from './port.ts';

const MS_PER_DAY = 86_400_000;

interface Group {
  /** The group of a row of `conversations`, and of one of the responses of a conversation. */
  readonly ofConversation: string;
  readonly ofResponse: string;
  readonly order: 'ASC' | 'DESC';
  readonly isNumber: boolean;
}

const GROUPS: Readonly<Record<UsageGroup, Group>> = {
  owner: {
    ofConversation: 'conversations.owner',
    ofResponse: 'conversations.owner',
    order: 'ASC',
    isNumber: false,
  },
  conversation: {
    ofConversation: 'conversations.id',
    ofResponse: 'conversations.id',
    order: 'DESC',
    isNumber: false,
  },
  day: {
    ofConversation: `conversations.created_at / ${MS_PER_DAY}`,
    ofResponse: 'summed.day',
    order: 'DESC',
    isNumber: true,
  },
};

export interface UsageConditions {
  readonly groupBy: UsageGroup;
  /** The access condition on `conversations`, and further ones. */
  readonly conditions: readonly string[];
  /** The parameter with the group after which to begin. */
  readonly after: string | undefined;
  readonly limit: string;
}

/** The responses of each conversation, in the order of the index that has all the columns; by day where that is the group. */
function sumsOfConversations(groupBy: UsageGroup): string {
  const day = groupBy === 'day' ? `, created_at / ${MS_PER_DAY}` : '';
  return `
        SELECT tenant, conversation_id${day === '' ? '' : `${day} AS day`}, count(*) AS responses,
          sum(input_tokens) AS input_tokens, sum(cached_tokens) AS cached_tokens,
          sum(output_tokens) AS output_tokens, sum(reasoning_tokens) AS reasoning_tokens,
          min(created_at) AS oldest, max(created_at) AS newest
        FROM responses
        WHERE tenant = $1
        GROUP BY tenant, conversation_id${day}`;
}

/**
 * Sums conversations and responses of tenant `$1` by group. Each of the two is grouped by itself, since a sharded database
 * then moves the groups and not the rows.
 */
export function selectUsage({ groupBy, conditions, after, limit }: UsageConditions): string {
  const { ofConversation, ofResponse, order, isNumber } = GROUPS[groupBy];
  const beyond = order === 'ASC' ? '>' : '<';
  const start = isNumber ? `CAST(${after} AS BIGINT)` : after;
  // No answer names a hidden conversation.
  const named = groupBy === 'conversation' ? ['conversations.is_hidden <> 1'] : [];
  const where = (group: string): string =>
    [...conditions, ...named, ...(after === undefined ? [] : [`${group} ${beyond} ${start}`])]
      .map((condition) => `(${condition})`)
      .join(' AND ');
  return `
    SELECT group_name, CAST(sum(conversations) AS BIGINT) AS conversations,
      CAST(sum(items) AS BIGINT) AS items, CAST(sum(bytes) AS BIGINT) AS bytes,
      CAST(sum(responses) AS BIGINT) AS responses, CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
      CAST(sum(cached_tokens) AS BIGINT) AS cached_tokens,
      CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
      CAST(sum(reasoning_tokens) AS BIGINT) AS reasoning_tokens,
      min(oldest) AS oldest, max(newest) AS newest
    FROM (
      SELECT ${ofConversation} AS group_name, sum(1 - is_hidden) AS conversations,
        sum(coalesce(item_count, 0)) AS items, sum(coalesce(item_bytes, 0)) AS bytes, 0 AS responses,
        0 AS input_tokens, 0 AS cached_tokens, 0 AS output_tokens, 0 AS reasoning_tokens,
        min(created_at) AS oldest, max(created_at) AS newest
      FROM conversations
      WHERE tenant = $1 AND ${where(ofConversation)}
      GROUP BY ${ofConversation}
      UNION ALL
      SELECT ${ofResponse}, 0, 0, 0, sum(responses), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
        sum(reasoning_tokens), min(oldest), max(newest)
      FROM (${sumsOfConversations(groupBy)}
      ) AS summed
      JOIN conversations
        ON conversations.tenant = summed.tenant AND conversations.id = summed.conversation_id
      WHERE conversations.tenant = $1 AND ${where(ofResponse)}
      GROUP BY ${ofResponse}
    ) AS counted
    GROUP BY group_name
    ORDER BY group_name ${order}
    LIMIT CAST(${limit} AS BIGINT)`;
}
