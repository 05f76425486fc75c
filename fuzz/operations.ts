/** Operations of a server, from the OpenAPI document that it serves. */

import type { Document } from '../test/support/document.ts';

/** Keywords of JSON Schema that the served document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
  readonly style?: 'deepObject';
}

/** Path parameters that a request's meaning includes. */
export type PathParameter = 'conversation_id' | 'item_id' | 'response_id' | 'model_id';

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: Schema } };
  };
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, unknown>> } };
}

/** Parts of the document that the fuzzer reads. */
export interface ApiDocument extends Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Path with its parameters in braces. */
  readonly template: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Names of the top-level fields of the body. */
  readonly bodyFields: readonly string[];
  /** Whether a success is JSON rather than text. */
  readonly answersJson: boolean;
}

export function operationsOf(document: ApiDocument): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const body = described.requestBody?.content['application/json'].schema;
      return {
        id: described.operationId,
        method: method.toUpperCase(),
        template,
        parameters: described.parameters,
        body,
        bodyFields: body === undefined ? [] : fieldsOf(body, document.components.schemas),
        answersJson: 'application/json' in described.responses[200].content,
      };
    }),
  );
}

function fieldsOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): readonly string[] {
  return [
    ...Object.keys(schema.properties ?? {}),
    ...[...(schema.anyOf ?? []), ...referenced(schema, schemas)].flatMap((inner) =>
      fieldsOf(inner, schemas),
    ),
  ];
}

function referenced(
  { $ref }: Schema,
  schemas: Readonly<Record<string, Schema>>,
): readonly Schema[] {
  const found = schemas[$ref?.split('/').at(-1) ?? ''];
  return found === undefined ? [] : [found];
}
