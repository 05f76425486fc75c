/** Finds the alternative of a union that a value is meant for. */

import { isJsonObject } from '../../base/json-object.ts';
import type { JsonSchema } from './schema.ts';

/** Returns whether a value has a JSON Schema type. */
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

/** Returns the alternatives of a union, including those of unions inside it. */
export function flatten(alternatives: readonly JsonSchema[]): readonly JsonSchema[] {
  return alternatives.flatMap((alternative) => alternative.anyOf ?? [alternative]);
}

/** Returns the only alternative that fits a value's kind or tag; `undefined` when there are several or none. */
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

/** Returns whether a schema is for values of this kind, whatever their content. */
export function admitsKind(schema: JsonSchema, value: unknown): boolean {
  if (schema.type !== undefined) return hasType(schema.type, value);
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return values === undefined || typeof values[0] === typeof value;
}

/** Fields that distinguish the alternatives of a union. */
const TAGS = ['type', 'role'];

/** Returns the field that distinguishes all of the alternatives, if there is one. */
export function tagOf(alternatives: readonly JsonSchema[]): string | undefined {
  return TAGS.find((tag) => {
    const values = alternatives.map((alternative) => tagValues(alternative, tag));
    return (
      values.every(({ length }) => length > 0) &&
      new Set(values.flat()).size === values.flat().length
    );
  });
}

/** Returns the values of the tag in an alternative. */
export function tagValues({ properties }: JsonSchema, tag: string): readonly unknown[] {
  const schema = properties?.[tag];
  return schema?.enum ?? (schema?.const === undefined ? [] : [schema.const]);
}
