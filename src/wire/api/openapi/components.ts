import { acceptsNull, type JsonSchema } from '../../../contract/schema/schema.ts';

type Node = Record<string, unknown>;

/** The side of an exchange that a schema describes. */
export type Side = 'request' | 'response';

/**
 * The named schemas of a document. A titled schema is stored once, with `$ref` in its place. In requests, null
 * counts as omitted in every optional field, which the schemas that check them leave to the parser.
 */
export class Components {
  readonly schemas: Record<string, Node> = {};

  /** Returns a schema in the form of the document. A request's form has another name if a response's form differs. */
  reference(schema: JsonSchema, side: Side): Node {
    const copy = this.#copy(schema, side);
    return schema.title === undefined
      ? copy
      : { $ref: `#/components/schemas/${this.#store(schema.title, copy)}` };
  }

  #copy({ documentedAllOf: allOf, ...schema }: JsonSchema, side: Side): Node {
    const { items, properties, additionalProperties, anyOf, not } = schema;
    return {
      ...typeOfValues(schema),
      ...schema,
      ...(anyOf !== undefined && { anyOf: anyOf.map((entry) => this.reference(entry, side)) }),
      // These two only restrict what the other keywords describe, nulls included.
      ...(allOf !== undefined && {
        allOf: allOf.map((entry) => this.reference(entry, 'response')),
      }),
      ...(not !== undefined && { not: this.reference(not, 'response') }),
      ...(items !== undefined && { items: this.reference(items, side) }),
      ...(typeof additionalProperties === 'object' && {
        additionalProperties: this.reference(additionalProperties, side),
      }),
      ...(properties !== undefined && { properties: this.#properties(schema, side) }),
    };
  }

  #properties({ properties = {}, required = [] }: JsonSchema, side: Side): Node {
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const isOmittable = side === 'request' && !required.includes(name);
        const copy = this.reference(property, side);
        return [name, isOmittable && !acceptsNull(property) ? withNull(copy) : copy];
      }),
    );
  }

  #store(title: string, schema: Node): string {
    const named = { ...schema, title };
    const known = this.schemas[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(named)) {
      return this.#store(`${title}Param`, schema);
    }
    this.schemas[title] = named;
    return title;
  }
}

function withNull(schema: Node): Node {
  const { anyOf } = schema;
  const isUnion = Array.isArray(anyOf);
  return { ...(isUnion ? schema : {}), anyOf: [...(isUnion ? anyOf : [schema]), { type: 'null' }] };
}

/** Returns the type that the values of an enumeration or a constant have; code generators need it. */
function typeOfValues({ enum: values, const: value }: JsonSchema): { readonly type?: string } {
  const types = new Set((values ?? [value]).map((entry) => typeof entry));
  const [type] = types;
  return type === undefined || type === 'undefined' || types.size > 1 ? {} : { type };
}
