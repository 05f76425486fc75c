import type { TSchema } from 'typebox';
import type { ApiError } from '../errors/registry.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Governed } from './include.ts';

/** One item type: everything that the program knows of it. */
export interface ItemDefinition<
  Create extends TSchema = TSchema,
  Returned extends TSchema = TSchema,
> {
  readonly type: string;
  /** What generated ids begin with, before the underscore. */
  readonly prefix: string;
  /** Whether a caller's id must begin so too: only where OpenAI's own ids have been seen. */
  readonly prefixEnforced: boolean;
  /** What a caller may send. Fields that it does not name are kept. */
  readonly create: Create;
  /** What is stored and served. */
  readonly returned: Returned;
  /** Values of returned fields that the caller left out. */
  readonly defaults: JsonObject;
  /** Further changes from the sent to the returned form, where defaults do not suffice. */
  normalise?(item: JsonObject): JsonObject;
  /** What a caller's item must not be although the schema allows it, or where the schema says it less well. */
  refuse?(item: JsonObject, path: string): ApiError | undefined;
  readonly governed: readonly Governed[];
}

type Given<Create extends TSchema, Returned extends TSchema> = Partial<
  ItemDefinition<Create, Returned>
> &
  Pick<ItemDefinition<Create, Returned>, 'type' | 'prefix' | 'create' | 'returned'>;

/** An entry of the table of item types, with the usual values filled in. */
export function defineItem<Create extends TSchema, Returned extends TSchema>(
  given: Given<Create, Returned>,
): ItemDefinition<Create, Returned> {
  return { prefixEnforced: true, defaults: {}, governed: [], ...given };
}
