import { ErrorResponse } from '../../../contract/errors/envelope.ts';
import { describeParameter } from '../../../contract/schema/query.ts';
import { asJsonSchema } from '../../../contract/schema/schema.ts';
import type { TSchema } from 'typebox';
import type { Route } from '../../http/route.ts';
import { Components, type Side } from './components.ts';

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

/** Ways to send an API key, of which a request needs one. */
const SECURITY_SCHEMES = {
  ApiKeyAuth: { type: 'http', scheme: 'bearer', description: "An API key, or an issuer's token." },
  AzureKeyAuth: {
    type: 'apiKey',
    in: 'header',
    name: 'api-key',
    description: "The same, as Azure's clients send it.",
  },
};

/** Returns a schema in the form of the document. */
type Reference = (schema: TSchema, side: Side) => unknown;

/** Returns the OpenAPI 3.1 document of the given routes, from the same schemas that check requests. */
export function openApiDocument(routes: readonly Route[], version: string): Node {
  const components = new Components();
  const reference: Reference = (schema, side) => components.reference(asJsonSchema(schema), side);
  const errorContent = { 'application/json': { schema: reference(ErrorResponse, 'response') } };
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
    // Without authentication, requests need neither.
    security: [...Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })), {}],
    paths,
    components: { schemas: components.schemas, securitySchemes: SECURITY_SCHEMES },
  };
}

function operation(route: Route, reference: Reference, errorContent: Node): Node {
  const { body } = route;
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.isPublic ? { security: [] } : {}),
    ...(route.isExtension === true ? { 'x-colloquy-extension': true } : {}),
    parameters: [
      ...pathParameters(route.path),
      ...Object.entries(route.query).map(([name, parameter]) => ({
        ...describeParameter(name, parameter),
        in: 'query',
        schema: reference(parameter.schema, 'response'),
      })),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: { 'application/json': { schema: reference(body.schema, 'request') } },
          },
        }),
    responses: responses(route, reference, errorContent),
  };
}

function responses(route: Route, reference: Reference, errorContent: Node): Node {
  const { description, schema } = route.response;
  const statuses = [
    ...route.errors,
    ...(route.method === 'GET' ? [] : ERRORS_WITH_A_BODY),
    ...(route.isPublic ? [] : ERRORS_OF_AUTHENTICATION),
    ...ERRORS_OF_ALL_ROUTES,
  ];
  const type = route.contentType ?? 'application/json';
  return {
    200: { description, content: { [type]: { schema: reference(schema, 'response') } } },
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
