import type { ItemContract } from '../../../contract/items/contract.ts';
import type { Include } from '../../../contract/items/include.ts';
import { withOutput } from '../../../contract/responses/response.ts';
import type { ServedResponse } from '../../../service/responses/responses.ts';

/** Returns the JSON of a response, with the fields that are included. */
export function responseText(
  { data, output, rest }: ServedResponse,
  contract: ItemContract,
  included: readonly Include[],
): string {
  const items = output.map((item) => contract.serve(item, included));
  return withOutput(data, items, rest);
}
