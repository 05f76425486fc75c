import { Type } from 'typebox';
import type { Route } from '../../http/route.ts';
import { defineRoute } from '../define-route.ts';

export function getMetrics(metricsText: () => Promise<string>): Route {
  return defineRoute({
    method: 'GET',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Figures of this server, in the text format of Prometheus',
    tag: 'System',
    isPublic: true,
    query: {},
    response: { description: 'The figures', schema: Type.String() },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    errors: [],
    handle: metricsText,
  });
}
