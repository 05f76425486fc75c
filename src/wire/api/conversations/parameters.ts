/** Query parameters that several operations share. */

import { Type } from 'typebox';
import { Include } from '../../../contract/items/include.ts';
import type { QueryParameter, QueryParameters } from '../../../contract/schema/query.ts';

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
    excludes: 'after',
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
