import { ErrorResponse } from '../../../contract/errors/envelope.ts';
import { describeParameter } from '../../../contract/schema/query.ts';
import { asJsonSchema } from '../../../contract/schema/schema.ts';
import type { TSchema } from 'typebox';
import type { Route } from '../../http/route.ts';
import { Components, type Side } from './components.ts';
import { securitySchemes, type Authentication } from './security.ts';

type Node = Record<string, unknown>;

const ERROR_DESCRIPTIONS: Readonly<Record<string, string>> = {
  400: 'The request is not valid',
  401: 'The credentials are missing or wrong',
  403: 'The caller may not do this',
  404: 'There is no such thing, or not for this caller',
  412: 'The conversation has another revision than those of `If-Match`',
  413: 'The body is too large',
  415: 'The body is not JSON',
  426: 'There are no WebSockets',
  429: 'Too many requests; retry after `retry-after` seconds',
  '4XX': 'The model server has refused the request with this status',
  503: 'The database cannot take the request now; retry after `retry-after` seconds',
};
const NOT_MODIFIED = 'The conversation has a revision of `If-None-Match`; there is no body';
const ERRORS_WITH_A_BODY = [413, 415];
const ERRORS_OF_ALL_ROUTES = [400, 403, 426, 503];
const DESCRIPTION =
  "OpenAI's Conversations API on a database you own. A path answers 405 to a method that it lacks; the header `allow` names its methods.";

/** Returns a schema in the form of the document. */
type Reference = (schema: TSchema, side: Side) => Node;

/** Facts about the whole document that describing an operation needs. */
interface Context {
  readonly reference: Reference;
  readonly errorContent: Node;
  readonly isAuthenticated: boolean;
}

export interface DocumentOptions {
  readonly routes: readonly Route[];
  readonly version: string;
  readonly auth: Authentication;
}

/** Returns the OpenAPI 3.1 document of the given routes, from the same schemas that check requests. */
export function openApiDocument({ routes, version, auth }: DocumentOptions): Node {
  const components = new Components();
  const schemes = securitySchemes(auth);
  const names = Object.keys(schemes);
  const reference: Reference = (schema, side) => components.reference(asJsonSchema(schema), side);
  const context = {
    reference,
    errorContent: { 'application/json': { schema: reference(ErrorResponse, 'response') } },
    isAuthenticated: names.length > 0,
  };
  // Responses have the first choice of names: where a request's form of a schema differs, its name has a suffix.
  for (const { response } of routes) reference(response.schema, 'response');
  const paths: Record<string, Node> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operation(route, context);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Colloquy',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: names.map((name) => ({ [name]: [] })),
    paths,
    components: { schemas: components.schemas, securitySchemes: schemes },
  };
}

function operation(route: Route, context: Context): Node {
  const { body } = route;
  const { reference } = context;
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
      ...Object.entries(route.headers ?? {}).map(([name, header]) => ({
        ...describeParameter(name, header),
        in: 'header',
        schema: reference(header.schema, 'request'),
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
    responses: responses(route, context),
  };
}

function responses(route: Route, { reference, errorContent, isAuthenticated }: Context): Node {
  const { description, schema } = route.response;
  const statuses = [
    ...route.errors,
    ...(route.method === 'GET' ? [] : ERRORS_WITH_A_BODY),
    ...(isAuthenticated && !route.isPublic ? [401] : []),
    ...(route.isPublic ? [] : [429]),
    ...ERRORS_OF_ALL_ROUTES,
  ];
  const type = route.contentType ?? 'application/json';
  const { streamed } = route;
  const stream =
    streamed === undefined
      ? {}
      : { 'text/event-stream': { schema: reference(streamed, 'response') } };
  const content = { [type]: { schema: reference(schema, 'response') }, ...stream };
  return {
    200: { description, content },
    ...(route.mayBeUnmodified === true && { 304: { description: NOT_MODIFIED } }),
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
