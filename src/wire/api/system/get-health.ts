import { Type } from 'typebox';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';

const Health = Type.Object(
  { status: Type.Literal('ok'), version: Type.String() },
  { title: 'Health' },
);

export function getHealth(version: string): Route {
  return defineRoute({
    method: 'GET',
    path: '/health',
    operationId: 'getHealth',
    summary: 'Whether the process is alive',
    tag: 'System',
    isPublic: true,
    query: {},
    response: { description: 'It is', schema: Health },
    errors: [],
    handle: async () => JSON.stringify({ status: 'ok', version }),
  });
}
