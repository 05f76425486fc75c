import type { Static, TSchema } from 'typebox';
import type { ApiError } from '../errors/registry.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Governed } from './include.ts';

/** One item type: every fact that checking, storing, serving and documenting it needs. */
export interface ItemDefinition<
  Create extends TSchema = TSchema,
  Returned extends TSchema = TSchema,
> {
  readonly type: string;
  /** Start of generated ids, before the underscore. */
  readonly prefix: string;
  /** Set if a caller's id must begin with the prefix: for types of which OpenAI's own ids have been seen. */
  readonly prefixEnforced: boolean;
  /** Schema of what OpenAI's service takes from a caller. Fields that it does not name are kept. */
  readonly create: Create;
  /**
   * Treatment of an item that OpenAI's service would refuse. The server itself works with `checked` items, which
   * must fit `accept`; `kept` ones come from hosted tools, and are stored as they were posted.
   */
  readonly handling: 'checked' | 'kept';
  /** Schema of what is taken of a checked item from any program, without its id; `create` with any id if absent. */
  readonly accept?: TSchema;
  /** Schema of what is stored and served. */
  readonly returned: Returned;
  /**
   * A small item as a caller sends it, for the documentation and the tests. It is served unchanged, with
   * an id and the defaults added, and none of its fields depends on `include`.
   */
  readonly example: Static<Create> & JsonObject;
  /** Values of returned fields that the caller left out. */
  readonly defaults: JsonObject;
  /** Further changes from the sent to the returned form, where defaults do not suffice. */
  normalise?(item: JsonObject): JsonObject;
  /** Returns the error of an item that the schema allows, or that it would refuse with a worse sentence. */
  refuse?(item: JsonObject, path: string): ApiError | undefined;
  /** Returns the error of an item that `accept` allows, or for which `accept` has a worse sentence. */
  refuseAny?(item: JsonObject, path: string): ApiError | undefined;
  /** Fields that are served only on request. */
  readonly governed: readonly Governed[];
}

type Required = 'type' | 'prefix' | 'create' | 'returned' | 'example';

type ItemDefinitionParams<Create extends TSchema, Returned extends TSchema> = Partial<
  ItemDefinition<Create, Returned>
> &
  Pick<ItemDefinition<Create, Returned>, Required>;

/** Makes an entry of the table of item types, with the usual values filled in. */
export function defineItem<Create extends TSchema, Returned extends TSchema>(
  params: ItemDefinitionParams<Create, Returned>,
): ItemDefinition<Create, Returned> {
  return { prefixEnforced: true, handling: 'kept', defaults: {}, governed: [], ...params };
}
