import { Type, type Static } from 'typebox';
import { bodyObject } from '../schema/body-object.ts';
import { AnyObject, nullable } from '../schema/schema.ts';
import { MetadataFilter } from '../conversations/conversation.ts';
import { refuseMilliseconds } from '../schema/unix-seconds.ts';
import { validator } from '../schema/validate.ts';

const LONGEST_QUERY = 1_024;
const LONGEST_NAME = 1_024;
const MOST_NAMES = 64;
const USUAL_LIMIT = 20;
const MOST_RESULTS = 100;

const Name = Type.String({ maxLength: LONGEST_NAME });
const Names = Type.Array(Name, { maxItems: MOST_NAMES });

const SearchFilterBody = Type.Object(
  {
    conversation_id: Type.Optional(Name),
    owner: Type.Optional(Name),
    metadata: Type.Optional(MetadataFilter),
    type: Type.Optional(Names),
    role: Type.Optional(Names),
    created_after: Type.Optional(
      Type.Integer({ description: 'Unix seconds: only items stored after this second' }),
    ),
    created_before: Type.Optional(
      Type.Integer({ description: 'Unix seconds: only items stored before this second' }),
    ),
  },
  { title: 'SearchFilters', additionalProperties: false },
);

export const SearchBody = Type.Object(
  {
    query: Type.String({
      maxLength: LONGEST_QUERY,
      description:
        'Words that an item must all have, `"a phrase"`, `begin*` or `-excluded`; or the id of an item',
    }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_RESULTS, default: USUAL_LIMIT })),
    page: Type.Optional(Type.String({ description: '`next_page` of the page before' })),
    sort: Type.Optional(Type.Enum(['newest', 'relevance'], { default: 'newest' })),
    filters: Type.Optional(SearchFilterBody),
    include: Type.Optional(Type.Array(Type.Enum(['item', 'metadata']))),
  },
  { title: 'SearchConversations', additionalProperties: false },
);

const SearchResult = Type.Object(
  {
    object: Type.Literal('conversation.search_result'),
    conversation_id: Type.String(),
    item_id: Type.String(),
    type: Type.String(),
    role: nullable(Type.String()),
    position: Type.Integer({ description: 'The place of the item in its conversation' }),
    created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
    score: nullable(
      Type.Number({ description: 'Higher is better, within one answer; null by time' }),
    ),
    snippet: Type.Object({
      text: Type.String(),
      highlights: Type.Array(Type.Array(Type.Integer()), {
        description: 'Start and end of each found word in the text, in Unicode code points',
      }),
    }),
    item: Type.Optional(AnyObject),
    metadata: Type.Optional(MetadataFilter),
  },
  { title: 'ConversationSearchResult' },
);

export const SearchResultsPage = Type.Object(
  {
    object: Type.Literal('conversation.search_results.page'),
    search_query: Type.Array(Type.String(), { description: 'The terms as they were searched for' }),
    data: Type.Array(SearchResult),
    has_more: Type.Boolean(),
    next_page: nullable(Type.String()),
    complete: Type.Boolean({
      description: 'Whether the index had all items; newest ones may have waited for it otherwise',
    }),
  },
  { title: 'ConversationSearchResults' },
);
export type SearchResultsPage = Static<typeof SearchResultsPage>;

const validate = validator(SearchBody);

/** Returns the body of a search. Throws an `ApiError`. */
export function parseSearch(body: unknown) {
  const {
    limit = USUAL_LIMIT,
    sort = 'newest',
    include = [],
    filters = {},
    ...rest
  } = validate(bodyObject(body), '');
  const { created_after, created_before } = filters;
  refuseMilliseconds({ created_after, created_before }, 'filters.');
  return { ...rest, limit, sort, include, filters };
}

export type ParsedSearch = ReturnType<typeof parseSearch>;
