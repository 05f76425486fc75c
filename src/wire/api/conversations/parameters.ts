/** Query parameters that several operations share. */

import { refuseMilliseconds } from '../../../contract/schema/unix-seconds.ts';
import { Type } from 'typebox';
import { Include } from '../../../contract/items/include.ts';
import { PLACEMENT, PageInclude } from '../../../contract/items/pages.ts';
import type {
  QueryParameter,
  QueryParameters,
  QueryValues,
} from '../../../contract/schema/query.ts';
import type { ItemsRequest } from '../../../service/conversations/items-request.ts';

const USUAL_PAGE_SIZE = 20;

interface PageParameterOptions {
  /** Largest page that a request may have. */
  readonly maxPageSize: number;
  readonly orderDescription: string;
  /** Name of one entry of the list, for descriptions. */
  readonly entry: string;
}

/** Returns the parameters of a paged list. */
export function pageParameters({ maxPageSize, orderDescription, entry }: PageParameterOptions) {
  const usual = Math.min(USUAL_PAGE_SIZE, maxPageSize);
  return {
    limit: {
      description: 'How many to return.',
      schema: Type.Integer({ minimum: 1, maximum: maxPageSize, default: usual }),
    },
    order: {
      description: orderDescription,
      schema: Type.Enum(['asc', 'desc'], { default: 'desc' }),
    },
    after: {
      description: `The id of one ${entry}: the page begins behind it, in the given order.`,
      schema: Type.Optional(Type.String()),
    },
  } satisfies QueryParameters;
}

/** Returns the parameter that ends a page at an entry, beside those of {@link pageParameters}. */
export function beforeParameter(entry: string) {
  return {
    description: `The id of a ${entry}: the page ends in front of it, in the given order.`,
    schema: Type.Optional(Type.String()),
    excludes: ['after'],
  } satisfies QueryParameter;
}

/** Returns the place of a page; `undefined` for the first one. */
export function cursorOf({
  after,
  before,
}: {
  readonly after: string | undefined;
  readonly before: string | undefined;
}) {
  if (after !== undefined) return { id: after, side: 'after' } as const;
  return before === undefined ? undefined : ({ id: before, side: 'before' } as const);
}

export const include = {
  description: 'Further parts of items to return, repeated once for each.',
  schema: Type.Array(Include),
} satisfies QueryParameter;

/** Returns the parameters of a page of items. */
export function itemPageParameters({ maxPageSize }: Pick<PageParameterOptions, 'maxPageSize'>) {
  const orderDescription = 'Oldest first or newest first.';
  return {
    ...pageParameters({ maxPageSize, orderDescription, entry: 'item' }),
    include: { ...include, schema: Type.Array(PageInclude) },
    before: { ...beforeParameter('item'), isExtension: true },
    position: {
      description:
        'The position of an item: the page begins there, or at the next one in the given order.',
      schema: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
      excludes: ['after', 'before'],
      isExtension: true,
    },
    created_after: {
      description:
        'Only items stored after this second (Unix): oldest first, the page begins there.',
      schema: Type.Optional(Type.Integer()),
      excludes: ['position'],
      isExtension: true,
    },
    max_item_bytes: {
      description: 'Items that have more bytes are returned as `conversation.item.stub`.',
      schema: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
      isExtension: true,
    },
  } satisfies QueryParameters;
}

type ItemPageQuery = QueryValues<ReturnType<typeof itemPageParameters>>;

/** Returns the page that a query asks for, and the further parts of items. */
export function itemsRequestOf({ include: values, ...query }: ItemPageQuery): {
  readonly page: ItemsRequest;
  readonly included: readonly Include[];
} {
  refuseMilliseconds({ created_after: query.created_after });
  return {
    page: {
      page: { limit: query.limit, order: query.order, after: query.after },
      before: query.before,
      position: query.position,
      createdAfter: query.created_after,
      hasPlacements: values.includes(PLACEMENT),
      mostBytes: query.max_item_bytes,
    },
    included: values.filter((value) => value !== PLACEMENT),
  };
}
