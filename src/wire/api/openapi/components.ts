import { acceptsNull, type JsonSchema } from '../../../contract/schema/schema.ts';

type Node = Record<string, unknown>;

/** The side of an exchange that a schema describes. */
export type Side = 'request' | 'response';

/**
 * The named schemas of a document. A titled schema is stored once, with `$ref` in its place. In requests, null
 * counts as omitted in every optional field, which the schemas that check them leave to the parser.
 */
export class Components {
  readonly schemas: Node = {};
  readonly #texts = new Map<string, string>();

  /** Returns a schema in the form of the document. */
  reference(schema: JsonSchema, side: Side): unknown {
    return this.#visit(side === 'request' ? withNulls(schema) : schema);
  }

  #visit(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((entry) => this.#visit(entry));
    if (typeof node !== 'object' || node === null) return node;
    const copy = typed(
      Object.fromEntries(
        Object.entries(node).map(([key, value]) => [
          key,
          isData(key, value) ? value : this.#visit(value),
        ]),
      ),
    );
    const title = 'title' in node ? node.title : undefined;
    if (typeof title !== 'string') return copy;
    return { $ref: `#/components/schemas/${this.#add(title, copy)}` };
  }

  /** Stores a schema under its title, with a suffix when requests have another form of it. */
  #add(title: string, schema: Node): string {
    const text = JSON.stringify(schema);
    const known = this.#texts.get(title);
    if (known !== undefined && known !== text) return this.#add(`${title}Param`, schema);
    this.#texts.set(title, text);
    this.schemas[title] = schema;
    return title;
  }
}

/** Adds the type that the values of an enumeration or a constant have. */
function typed(node: Node): Node {
  if ('type' in node) return node;
  const values: unknown = node['enum'] ?? ('const' in node ? [node['const']] : undefined);
  if (!Array.isArray(values) || values.length === 0) return node;
  const types = new Set(values.map((value) => (value === null ? 'null' : typeof value)));
  const [type] = types;
  return types.size === 1 ? { type, ...node } : node;
}

/** Returns a copy of a schema of requests in which every optional field also takes null. */
function withNulls(schema: JsonSchema): JsonSchema {
  const { properties, items, anyOf, additionalProperties, required = [] } = schema;
  return {
    ...schema,
    ...(anyOf !== undefined && { anyOf: anyOf.map(withNulls) }),
    ...(items !== undefined && { items: withNulls(items) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: withNulls(additionalProperties),
    }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => {
          const inner = withNulls(property);
          const isNullable = !required.includes(name) && !acceptsNull(inner);
          return [name, isNullable ? { anyOf: [inner, { type: 'null' }] } : inner];
        }),
      ),
    }),
  };
}

const DATA_KEYWORDS = ['examples', 'enum', 'required'];

/** Returns whether a keyword has values rather than schemas, in which a title is only data. */
function isData(keyword: string, value: unknown): boolean {
  return DATA_KEYWORDS.includes(keyword) && Array.isArray(value);
}
