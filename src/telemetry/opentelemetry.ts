/**
 * Traces, by OpenTelemetry: `node --import colloquy/telemetry …`. Sends a span for each request, with what it spent
 * its time on below it, by OTLP over HTTP to where the SDK's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_SERVICE_NAME`, …). The packages are the operator's to install; see docs/operations.md.
 */

import { subscribe } from 'node:diagnostics_channel';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AnsweredRequest } from '../base/observer.ts';
import type { StoreCall } from '../base/store-calls.ts';
import { phasesOf } from './phases.ts';

const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'colloquy' }).merge(
    detectResources({ detectors: [envDetector] }),
  ),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
const tracer = provider.getTracer('colloquy');
const propagator = new W3CTraceContextPropagator();
const getter = {
  keys: (headers: AnsweredRequest['headers']) => Object.keys(headers),
  get: (headers: AnsweredRequest['headers'], name: string) => {
    const value = headers[name];
    return typeof value === 'object' ? [...value] : value;
  },
};

subscribe('colloquy:request', (message) => {
  // Sound: nothing else is published there.
  record(message as AnsweredRequest);
});
// What has been gathered goes out before the process ends.
process.once('beforeExit', () => void provider.forceFlush());

/** Spans are made when a request has ended, from the times that were noted: nothing is done for them before. */
function record(request: AnsweredRequest): void {
  const { method, route, began, ended, status, authorised, calls } = request;
  const parent = propagator.extract(ROOT_CONTEXT, request.headers, getter);
  const span = tracer.startSpan(
    route === undefined ? method : `${method} ${route}`,
    { kind: SpanKind.SERVER, startTime: epoch(began), attributes: attributesOf(request) },
    parent,
  );
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  const below = trace.setSpan(parent, span);
  if (authorised !== undefined) child('authorise', authorised, below);
  const parsing = authorised?.ended ?? began;
  const { parse } = phasesOf(request);
  child('parse', { began: parsing, ended: Math.min(ended, parsing + parse) }, below);
  for (const call of calls) storeSpan(call, below);
  span.end(epoch(ended));
}

/** By the semantic conventions for HTTP servers. */
function attributesOf({ method, route, status, error, url, headers, id }: AnsweredRequest) {
  const { host, 'user-agent': userAgent } = headers;
  return {
    'http.request.method': method,
    ...(route === undefined ? {} : { 'http.route': route }),
    'http.response.status_code': status,
    'url.path': url.split('?', 1)[0] ?? '',
    'url.scheme': 'http',
    ...(typeof host === 'string' ? { 'server.address': host } : {}),
    ...(typeof userAgent === 'string' ? { 'user_agent.original': userAgent } : {}),
    ...(status >= 500 ? { 'error.type': error ?? String(status) } : {}),
    'colloquy.request_id': id,
  };
}

/** By the semantic conventions for database clients. */
function storeSpan({ kind, system, began, hadTurn, ended }: StoreCall, parent: Context): void {
  const attributes = {
    'db.system.name': system,
    'db.operation.name': kind,
    'colloquy.queue_ms': hadTurn - began,
  };
  const options = { kind: SpanKind.CLIENT, startTime: epoch(began), attributes };
  tracer.startSpan(`store ${kind}`, options, parent).end(epoch(ended));
}

function child(
  name: string,
  { began, ended }: { readonly began: number; readonly ended: number },
  parent: Context,
): void {
  tracer.startSpan(name, { startTime: epoch(began) }, parent).end(epoch(ended));
}

/** A time of `performance.now()` as milliseconds since 1970. */
function epoch(time: number): number {
  return performance.timeOrigin + time;
}
