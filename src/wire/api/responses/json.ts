import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import {
  REPORT,
  reportJson,
  type ResponseExclude,
  type ResponseInclude,
} from '../../../contract/responses/details.ts';
import { withOutput } from '../../../contract/responses/response.ts';
import type { ServedResponse } from '../../../service/responses/stored-responses.ts';

interface ServedFields {
  readonly include: readonly ResponseInclude[];
  readonly exclude?: readonly ResponseExclude[];
}

/** Returns the JSON text of a response, with the fields that are included. */
export function storedJson(
  response: ServedResponse,
  { serve }: Pick<ItemContract, 'serve'>,
  { include, exclude = [] }: ServedFields,
): string {
  const { data, output, rest } = response;
  const ofItems = include.filter((value): value is Include => value !== REPORT);
  return withOutput(data, {
    output: output.map((item) => serve(item, ofItems)),
    rest,
    exclude,
    report: include.includes(REPORT) ? reportJson(response) : undefined,
  });
}
