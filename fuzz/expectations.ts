import type { Meaning } from './meaning.ts';
import type { Model } from './model.ts';
import type { Principal } from './principals.ts';
import { taught } from './taught/table.ts';

/** Predicts the status of the answer to a plain request. */
export function expectedStatus(
  model: Model,
  caller: Principal | undefined,
  meaning: Meaning,
): number {
  if (meaning.operation === undefined) return meaning.allowed.length > 0 ? 405 : 404;
  const operation = taught(meaning.operation);
  if (operation.access === 'public') return (meaning.query?.size ?? 0) === 0 ? 200 : 400;
  if (caller === undefined) return 401;
  const expected = operation.expect(model, caller, meaning);
  return typeof expected === 'number' ? expected : expected ? 200 : 404;
}
