/** Which alternative of a union a value is meant for. */

import { isJsonObject } from '../../base/json-object.ts';
import type { JsonSchema } from './schema.ts';

/** Whether a value has a JSON Schema type. */
export function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isJsonObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** The alternatives of a union, those of unions inside it included. */
export function flatten(alternatives: readonly JsonSchema[]): readonly JsonSchema[] {
  return alternatives.flatMap((alternative) => alternative.anyOf ?? [alternative]);
}

/** The one alternative that a value can only be meant for, by its kind or its tag. */
export function meantAlternative(
  alternatives: readonly JsonSchema[],
  value: unknown,
): JsonSchema | undefined {
  const ofItsKind = alternatives.filter((alternative) => admitsKind(alternative, value));
  if (ofItsKind.length < 2) return ofItsKind[0];
  const tag = tagOf(ofItsKind);
  if (tag === undefined || !isJsonObject(value)) return undefined;
  return ofItsKind.find((alternative) => tagValues(alternative, tag).includes(value[tag]));
}

/** Whether a schema is for values of this kind, whatever their content. */
export function admitsKind(schema: JsonSchema, value: unknown): boolean {
  if (schema.type !== undefined) return hasType(schema.type, value);
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return values === undefined || typeof values[0] === typeof value;
}

/** Fields by which our unions tell their alternatives apart. */
const TAGS = ['type', 'role'];

/** The field that alone decides which of the alternatives is meant, if there is one. */
export function tagOf(alternatives: readonly JsonSchema[]): string | undefined {
  return TAGS.find((tag) => {
    const values = alternatives.map((alternative) => tagValues(alternative, tag));
    return (
      values.every(({ length }) => length > 0) &&
      new Set(values.flat()).size === values.flat().length
    );
  });
}

/** The values of the tag that an alternative is for. */
export function tagValues({ properties }: JsonSchema, tag: string): readonly unknown[] {
  const schema = properties?.[tag];
  return schema?.enum ?? (schema?.const === undefined ? [] : [schema.const]);
}
