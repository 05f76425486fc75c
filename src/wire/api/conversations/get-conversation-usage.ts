import { Type } from 'typebox';
import { secondOf } from '../../../base/seconds.ts';
import { MetadataFilter } from '../../../contract/conversations/conversation.ts';
import { ConversationUsageList } from '../../../contract/conversations/usage.ts';
import { apiError } from '../../../contract/errors/registry.ts';
import type { Usage } from '../../../service/usage/usage.ts';
import type { UsageGroup, UsageRecord } from '../../../store/usage/port.ts';
import type { Route } from '../../http/route.ts';
import { listing } from '../audited.ts';
import { defineRoute } from '../define-route.ts';
import { listJson } from './json.ts';
import { pageParameters } from './parameters.ts';
import { TAG, USAGE } from './paths.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function getConversationUsage(
  usage: Usage,
  { maxPageSize }: { readonly maxPageSize: number },
): Route {
  const { limit, after } = pageParameters({ maxPageSize, orderDescription: '', entry: 'group' });
  return defineRoute({
    method: 'GET',
    path: USAGE,
    operationId: 'getConversationUsage',
    summary: 'Sum up the conversations that the caller may read, and the tokens of their responses',
    tag: TAG,
    isPublic: false,
    isExtension: true,
    audited: listing,
    query: {
      group_by: {
        description:
          'One sum for each owner, conversation (newest first) or day in UTC (last one first).',
        schema: Type.Enum(['owner', 'conversation', 'day'], { default: 'owner' }),
      },
      limit,
      after: {
        ...after,
        description: 'The last group of the page before: `last_id` of its answer.',
      },
      metadata: {
        description: '`metadata[key]=value`: only conversations with this pair; all must match.',
        schema: MetadataFilter,
      },
    },
    response: { description: 'A page of sums', schema: ConversationUsageList },
    errors: [],
    handle: async ({ principal, query }) => {
      const { group_by: groupBy, metadata, ...page } = query;
      assertGroup(groupBy, page.after);
      const { entries, hasMore } = await usage.sum(principal, { ...page, groupBy, metadata });
      const sums = entries.map((entry) => ({ ...entry, id: entry.group }));
      return listJson({ entries: sums, hasMore }, (entry) => usageJson(groupBy, entry));
    },
  });
}

/** Throws an `ApiError` for a day that is none. */
function assertGroup(groupBy: UsageGroup, after: string | undefined): void {
  if (groupBy !== 'day' || after === undefined) return;
  if (DAY.test(after) && !Number.isNaN(Date.parse(after))) return;
  throw apiError('day_not_found', { value: after });
}

function usageJson(groupBy: UsageGroup, record: UsageRecord): string {
  return JSON.stringify({
    object: 'conversation.usage',
    [groupBy]: record.group,
    conversations: record.conversations,
    items: record.items,
    bytes: record.bytes,
    responses: record.responses,
    input_tokens: record.inputTokens,
    input_cached_tokens: record.cachedTokens,
    output_tokens: record.outputTokens,
    output_reasoning_tokens: record.reasoningTokens,
    oldest: secondOf(record.oldest),
    newest: secondOf(record.newest),
  });
}
