import { matching } from './odd-items.ts';
import { nested, oddString, oddValue, text } from './odd-values.ts';
import type { Schema } from './operations.ts';
import type { Random } from './random.ts';

/** Makes values that fit the schemas of a document, and values that nearly fit them. */
export class SchemaValues {
  readonly #schemas: Readonly<Record<string, Schema>>;
  /** Makes the id of an item, by the type of the item. */
  readonly #itemId: (random: Random, type: string) => string;

  constructor(
    schemas: Readonly<Record<string, Schema>>,
    itemId: (random: Random, type: string) => string,
  ) {
    this.#schemas = schemas;
    this.#itemId = itemId;
  }

  /** Makes a value. `spoil` is the probability that a value in it nearly fits instead of fitting. */
  make(random: Random, schema: Schema, spoil: number, depth = 0): unknown {
    const resolved = this.#resolve(schema);
    if (spoil > 0 && random.chance(spoil)) return this.#spoiled(random, resolved, depth);
    if (resolved.const !== undefined) return resolved.const;
    if (resolved.enum !== undefined) return random.pick(resolved.enum);
    if (resolved.anyOf !== undefined) {
      return this.make(random, random.pick(resolved.anyOf), spoil, depth);
    }
    switch (resolved.type) {
      case 'string':
        return stringOf(random, resolved);
      case 'integer':
      case 'number':
        return numberOf(random, resolved);
      case 'boolean':
        return random.chance(0.5);
      case 'null':
        return null;
      case 'array':
        return this.#arrayOf(random, resolved, spoil, depth);
      case 'object':
        return this.#objectOf(random, resolved, spoil, depth);
      default:
        return oddValue(random, depth);
    }
  }

  #resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    if (name === undefined) return schema;
    const found = this.#schemas[name];
    if (found === undefined) throw new Error(`the document has no schema ${name}`);
    return this.#resolve(found);
  }

  #arrayOf(random: Random, { items, maxItems }: Schema, spoil: number, depth: number): unknown[] {
    const most = Math.min(maxItems ?? 4, depth === 0 ? 20 : 4);
    return random.list(random.below(most), () => this.make(random, items ?? {}, spoil, depth + 1));
  }

  #objectOf(random: Random, schema: Schema, spoil: number, depth: number): unknown {
    const { properties = {}, required = [], additionalProperties } = schema;
    const names = Object.keys(properties).filter(
      (name) => required.includes(name) || random.chance(depth < 5 ? 0.45 : 0.1),
    );
    const { type } = properties;
    const entries = names.map((name): [string, unknown] => [
      name,
      name === 'id' && typeof type?.const === 'string'
        ? this.#itemId(random, type.const)
        : this.make(random, properties[name] ?? {}, spoil, depth + 1),
    ]);
    if (additionalProperties === false) return Object.fromEntries(entries);
    const extraSchema = typeof additionalProperties === 'object' ? additionalProperties : {};
    const isMap = Object.keys(properties).length === 0;
    const extra = random.list(isMap ? random.below(5) : Number(random.chance(0.1)), () => [
      asName(this.make(random, schema.propertyNames ?? { type: 'string' }, spoil, depth + 1)),
      this.make(random, extraSchema, spoil, depth + 1),
    ]);
    return Object.fromEntries([...extra, ...entries]);
  }

  /** Makes a value just outside the schema, or of another type. */
  #spoiled(random: Random, schema: Schema, depth: number): unknown {
    const { maxLength, maxItems, maxProperties, minimum, maximum } = schema;
    const outside: unknown[] = [oddValue(random), oddValue(random), null];
    if (maxLength !== undefined && maxLength < 1_000) outside.push('x'.repeat(maxLength + 1));
    if (schema.minLength !== undefined) outside.push('');
    if (maximum !== undefined) outside.push(maximum + 1);
    if (minimum !== undefined) outside.push(minimum - 1);
    if (schema.enum !== undefined) outside.push(`${String(schema.enum[0])}x`);
    if (maxProperties !== undefined) outside.push(Object.fromEntries(entries(maxProperties + 1)));
    if (maxItems !== undefined) outside.push(entries(maxItems + 1));
    if (depth < 4) outside.push(nested(random, this.make(random, schema, 0, depth + 1)));
    return random.pick(outside);
  }
}

function stringOf(random: Random, { minLength = 0, maxLength = 1_000, pattern }: Schema): string {
  if (pattern !== undefined) return matching(random, pattern);
  const value = random.chance(0.2) ? oddString(random) : text(random);
  const fitting = Array.from(value).slice(0, maxLength).join('');
  return fitting.length < minLength ? 'x'.repeat(minLength) : fitting;
}

function numberOf(random: Random, { type, minimum = -5, maximum = 1_000 }: Schema): number {
  const value = minimum + random.fraction() * (maximum - minimum);
  if (random.chance(0.2)) return random.pick([minimum, maximum]);
  return type === 'integer' ? Math.round(value) : value;
}

function entries(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`k${index}`, 'v']);
}

/** Returns a name as text. A spoiled name may be an object that `String` cannot convert. */
function asName(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
