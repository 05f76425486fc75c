import { Type } from 'typebox';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';
import { openApiDocument, type DocumentOptions } from '../openapi/document.ts';

const AnyDocument = Type.Object({ openapi: Type.String() }, { title: 'OpenApiDocument' });

/** `routes` returns what the document describes, this route included. */
export function getOpenApiDocument(
  routes: () => readonly Route[],
  options: Pick<DocumentOptions, 'version' | 'auth'>,
): Route {
  let text: string | undefined;
  return defineRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApiDocument',
    summary: 'This document',
    tag: 'System',
    isPublic: true,
    query: {},
    response: { description: 'The document', schema: AnyDocument },
    errors: [],
    handle: async () =>
      (text ??= JSON.stringify(openApiDocument({ ...options, routes: routes() }))),
  });
}
