import { ITEM_SAMPLES } from '../test/support/item-samples.ts';
import { oddString } from './odd-values.ts';
import type { ApiDocument, Operation, Parameter } from './operations.ts';
import type { PlainDrafts } from './plain-drafts.ts';
import type { Random } from './random.ts';
import type { Draft } from './requests.ts';
import { SchemaValues } from './schema-values.ts';

const PREFIXES = new Map(ITEM_SAMPLES.map(({ type, prefix }) => [type, prefix]));

/** Returns an id with the prefix of the item's type, so that the server accepts most of them. */
function itemId(random: Random, type: string): string {
  return `${PREFIXES.get(type) ?? 'msg'}_${random.below(2_000)}`;
}

/** Makes requests from the schemas of the document alone. */
export class SchemaDrafts {
  readonly #values: SchemaValues;
  readonly #operations: readonly Operation[];
  readonly #plain: PlainDrafts;

  constructor(document: ApiDocument, operations: readonly Operation[], plain: PlainDrafts) {
    this.#values = new SchemaValues(document.components.schemas, itemId);
    // An operation without body and parameters has no value to generate.
    this.#operations = operations.filter(({ body, parameters }) => body ?? parameters.length > 0);
    this.#plain = plain;
  }

  make(random: Random): Draft {
    const draft = this.#plain.make(random);
    const withBody = this.#operations.filter(({ body }) => body !== undefined);
    const operation = random.pick(random.chance(0.6) ? withBody : this.#operations);
    const spoil = random.pick([0, 0, 0.02, 0.15]);
    return {
      ...draft,
      operation,
      query: operation.parameters.flatMap((parameter) =>
        parameter.in === 'query' && random.chance(0.3) ? this.#pairs(random, parameter, spoil) : [],
      ),
      body:
        operation.body === undefined ? undefined : this.#values.make(random, operation.body, spoil),
    };
  }

  #pairs(random: Random, { name, schema, style }: Parameter, spoil: number): [string, string][] {
    const value = this.#values.make(random, schema, spoil);
    if (Array.isArray(value)) return value.map((entry) => [name, asText(entry)]);
    if (style === 'deepObject' && typeof value === 'object' && value !== null) {
      return Object.entries(value).map(([key, entry]) => [`${name}[${key}]`, asText(entry)]);
    }
    return [[random.chance(spoil) ? oddString(random) : name, asText(value)]];
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
