import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { withOutput } from '../../../contract/responses/response.ts';
import type { ServedResponse } from '../../../service/responses/responses.ts';

/** Returns the JSON text of a response, with the fields that are included. */
export function storedJson(
  { data, output, rest }: ServedResponse,
  { serve }: Pick<ItemContract, 'serve'>,
  include: readonly Include[],
): string {
  const items = output.map((item) => serve(item, include));
  return withOutput(data, items, rest);
}
