import { Type } from 'typebox';
import { apiError } from '../../../contract/errors/registry.ts';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';

const READINESS = Type.Object(
  {
    status: Type.Literal('ready'),
    unreachable_nodes: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Nodes of a sharded database that cannot be reached. Requests for their conversations, and lists, are answered with 503; the other conversations are served.',
      }),
    ),
  },
  { title: 'Readiness' },
);

/** Reason why a server cannot serve. */
interface Unreadiness {
  readonly text: string;
  readonly cause?: unknown;
}

export interface Readiness {
  /** The reasons why the server cannot serve; empty when it can. */
  readonly reasons: readonly Unreadiness[];
  /** Nodes of the database that cannot be reached. */
  readonly unreachableNodes: number;
}

export function getReadiness(readiness: () => Promise<Readiness>): Route {
  return defineRoute({
    method: 'GET',
    path: '/ready',
    operationId: 'getReadiness',
    summary: 'Whether the server can serve: the database answers, and it is not about to stop',
    tag: 'System',
    isPublic: true,
    query: {},
    response: { description: 'It can', schema: READINESS },
    errors: [],
    handle: async () => {
      const { reasons, unreachableNodes: nodes } = await readiness();
      if (reasons.length === 0) {
        return JSON.stringify({ status: 'ready', ...(nodes > 0 && { unreachable_nodes: nodes }) });
      }
      const texts = reasons.map(({ text }) => text);
      throw apiError('not_ready', { reasons: texts }, reasons.find(({ cause }) => cause)?.cause);
    },
  });
}
