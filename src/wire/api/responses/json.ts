import type { Include } from '../../../contract/items/include.ts';
import type { ItemContract } from '../../../contract/items/contract.ts';
import { withOutput } from '../../../contract/responses/response.ts';
import type { StoredResponse } from '../../../service/responses/stored-responses.ts';

/** Returns the JSON text of a stored response. */
export function storedJson(
  { data, output, rest }: StoredResponse,
  { serve }: Pick<ItemContract, 'serve'>,
  include: readonly Include[],
): string {
  const items = output.map((item) => serve(item, include));
  return withOutput(data, items, rest);
}
