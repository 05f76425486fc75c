import { ErrorResponse } from '../../contract/errors/envelope.ts';
import { describeParameter } from '../../contract/schema/query.ts';
import { asJsonSchema, type JsonSchema } from '../../contract/schema/schema.ts';
import type { TSchema } from 'typebox';
import type { Route } from '../http/route.ts';

type Node = Record<string, unknown>;

const ERROR_DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'The credentials are missing or wrong',
  403: 'The caller may not do this',
  404: 'There is no such thing, or not for this caller',
  413: 'The body is too large',
  415: 'The body is not JSON',
  429: 'Too many requests; retry after `retry-after` seconds',
  503: 'The database cannot take the request now; retry after `retry-after` seconds',
};
const ERRORS_WITH_A_BODY = [413, 415];
const ERRORS_OF_ALL_ROUTES = [400, 403, 503];
const ERRORS_OF_AUTHENTICATION = [401, 429];

/** Makes the OpenAPI 3.1 document of routes from the same schemas that check requests. */
export function openApiDocument(routes: readonly Route[], version: string): Node {
  const schemas: Node = {};
  const reference = (schema: TSchema): unknown => extract(asJsonSchema(schema), schemas);
  const errorContent = { 'application/json': { schema: reference(ErrorResponse) } };
  const paths: Record<string, Node> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operation(route, reference, errorContent);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Colloquy',
      version,
      description: "OpenAI's Conversations API on a database you own.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas },
  };
}

function operation(
  route: Route,
  reference: (schema: TSchema) => unknown,
  errorContent: Node,
): Node {
  const { body } = route;
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.isExtension === true ? { 'x-colloquy-extension': true } : {}),
    parameters: [
      ...pathParameters(route.path),
      ...Object.entries(route.query).map(([name, parameter]) => ({
        ...describeParameter(name, parameter),
        in: 'query',
        schema: reference(parameter.schema),
      })),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: { 'application/json': { schema: reference(body.schema) } },
          },
        }),
    responses: responses(route, reference, errorContent),
  };
}

function responses(
  route: Route,
  reference: (schema: TSchema) => unknown,
  errorContent: Node,
): Node {
  const { description, schema } = route.response;
  const statuses = [
    ...route.errors,
    ...(route.method === 'GET' ? [] : ERRORS_WITH_A_BODY),
    ...(route.isPublic ? [] : ERRORS_OF_AUTHENTICATION),
    ...ERRORS_OF_ALL_ROUTES,
  ];
  const type = route.contentType ?? 'application/json';
  return {
    200: { description, content: { [type]: { schema: reference(schema) } } },
    ...Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: ERROR_DESCRIPTIONS[status] ?? 'Error', content: errorContent },
      ]),
    ),
  };
}

function pathParameters(path: string): readonly Node[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

/** Copies a schema. Every titled schema in it moves into `schemas`, and a `$ref` takes its place. */
function extract(schema: JsonSchema, schemas: Node): unknown {
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        isExamples(key, value) ? value : visit(value),
      ]),
    );
  };
  const visit = (node: unknown): unknown => {
    const title = typeof node === 'object' && node !== null && 'title' in node ? node.title : null;
    if (typeof title !== 'string') return copy(node);
    if (!Object.hasOwn(schemas, title)) {
      schemas[title] = {}; // reserved before the schemas inside are copied
      schemas[title] = copy(node);
    }
    return { $ref: `#/components/schemas/${title}` };
  };
  return visit(schema);
}

/** Returns whether a keyword has example values. A title inside them is data, not a schema's name. */
function isExamples(keyword: string, value: unknown): boolean {
  return keyword === 'examples' && Array.isArray(value);
}
