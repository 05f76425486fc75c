import { Type } from 'typebox';
import { apiError } from '../../../contract/errors/registry.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';

const Readiness = Type.Object({ status: Type.Literal('ready') }, { title: 'Readiness' });

/** Reason why a server cannot serve. */
export interface Unreadiness {
  readonly text: string;
  readonly cause?: unknown;
}

/** `unreadiness` returns why the server cannot serve; nothing when it can. */
export function getReadiness(unreadiness: () => Promise<readonly Unreadiness[]>): Route {
  return defineRoute({
    method: 'GET',
    path: '/ready',
    operationId: 'getReadiness',
    summary: 'Whether the server can serve: the database answers, and it is not about to stop',
    tag: 'System',
    isPublic: true,
    query: {},
    response: { description: 'It can', schema: Readiness },
    errors: [],
    handle: async () => {
      const reasons = await unreadiness();
      if (reasons.length === 0) return JSON.stringify({ status: 'ready' });
      const texts = reasons.map(({ text }) => text);
      throw apiError('not_ready', { reasons: texts }, reasons.find(({ cause }) => cause)?.cause);
    },
  });
}
