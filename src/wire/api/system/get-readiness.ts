import { Type } from 'typebox';
import { apiError } from '../../../contract/errors/registry.ts';
import { openApiDocument } from '../openapi.ts';
import type { Route } from '../../http/route.ts';

const TAG = 'System';

const Health = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { title: 'Health' },
);
const Readiness = Type.Object({ status: Type.Literal('ready') }, { title: 'Readiness' });
const AnyDocument = Type.Object({ openapi: Type.String() }, { title: 'OpenApiDocument' });

/** Why a server cannot serve. */
export interface Unreadiness {
  readonly text: string;
  readonly cause?: unknown;
}

interface SystemOptions {
  readonly version: string;
  /** Why the server cannot serve; empty when it can. */
  readonly unreadiness: () => Promise<readonly Unreadiness[]>;
}

/** Health, readiness, and the OpenAPI document of these and the given routes. */
export function withSystemRoutes(
  routes: readonly Route[],
  { version, unreadiness }: SystemOptions,
): readonly Route[] {
  const common = { method: 'GET', tag: TAG, isPublic: true, query: [] } as const;
  const health: Route = {
    ...common,
    path: '/health',
    operationId: 'getHealth',
    summary: 'Whether the process is alive',
    response: { description: 'It is', schema: Health },
    errors: [],
    handle: async () => JSON.stringify({ status: 'ok', version }),
  };
  const readiness: Route = {
    ...common,
    path: '/ready',
    operationId: 'getReadiness',
    summary: 'Whether the server can serve: the database answers, and it is not about to stop',
    response: { description: 'It can', schema: Readiness },
    errors: [],
    handle: async () => {
      const reasons = await unreadiness();
      if (reasons.length > 0) {
        const texts = reasons.map(({ text }) => text);
        throw apiError('not_ready', { reasons: texts }, reasons.find(({ cause }) => cause)?.cause);
      }
      return JSON.stringify({ status: 'ready' });
    },
  };
  const document: Route = {
    ...common,
    path: '/openapi.json',
    operationId: 'getOpenApiDocument',
    summary: 'This document',
    response: { description: 'The document', schema: AnyDocument },
    errors: [],
    handle: async () => text(),
  };
  const all = [...routes, health, readiness, document];
  let built: string | undefined;
  const text = (): string => (built ??= JSON.stringify(openApiDocument(all, version)));
  return all;
}
