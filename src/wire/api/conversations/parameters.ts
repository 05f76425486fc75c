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

export const include = {
  description: 'Further parts of items to return, repeated once for each.',
  schema: Type.Array(Include),
} satisfies QueryParameter;
