export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the text of a field, or `undefined` if the field is not a text. */
export function stringField(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' ? value : undefined;
}

/** Returns the objects of a list; none if the field is not a list. */
export function objectsOf(object: JsonObject, field: string): readonly JsonObject[] {
  const list: unknown = object[field];
  if (!Array.isArray(list)) return [];
  return list.every(isJsonObject) ? list : list.filter(isJsonObject);
}
