/** Query parameters of the routes that return stored responses. */

import { Type } from 'typebox';
import { ResponseExclude, ResponseInclude } from '../../../contract/responses/details.ts';
import type { QueryParameters } from '../../../contract/schema/query.ts';
import { include } from '../conversations/parameters.ts';

export const responseFields = {
  include: { ...include, schema: Type.Array(ResponseInclude) },
  exclude: {
    description:
      'Fields to leave out, repeated once for each: `output` and `tools` are then empty lists, and `instructions` is null.',
    schema: Type.Array(ResponseExclude),
    isExtension: true,
  },
} satisfies QueryParameters;
