import { Type, type TSchema } from 'typebox';
import { asJsonSchema, type JsonSchema } from '../schema/schema.ts';
import { AnyPart } from './content.ts';
import type { ItemDefinition } from './define.ts';
import { acceptedSchema } from './liberal.ts';

/** Content lists, into which a text is turned. */
const PARTS = asJsonSchema(Type.Array(AnyPart));

/**
 * Returns the schema of a type's stored items under the liberal rules. Of a kept type it is the returned form;
 * an item that does not fit it is described as an item of another type. Of a checked type it is the accepted form
 * with an id and the defaults.
 */
export function servedSchema(definition: ItemDefinition): TSchema {
  const { handling, returned, defaults, type } = definition;
  if (handling === 'kept') return returned;
  const { properties = {}, required = [], ...rest } = asJsonSchema(acceptedSchema(definition));
  const fields: Record<string, JsonSchema> = {
    id: { type: 'string' },
    ...properties,
    ...(type === 'message' ? { content: PARTS } : {}),
  };
  const always = ['id', 'type', ...required, ...Object.keys(defaults)];
  return Type.Unsafe({
    ...rest,
    properties: fields,
    required: [...new Set(type === 'message' ? [...always, 'content'] : always)],
  });
}
