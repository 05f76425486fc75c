/**
 * Traces with OpenTelemetry: `node --import colloquy/telemetry …`. Sends a span for each request, with a child span
 * for each phase, by OTLP over HTTP. The SDK's own variables configure it (`OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_SERVICE_NAME`, …). The operator installs the packages; see docs/operations.md.
 */

import { subscribe } from 'node:diagnostics_channel';
import {
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
} from '@opentelemetry/api';
import {
  getBooleanFromEnv,
  getNumberFromEnv,
  getStringFromEnv,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { PublishedRequest } from '../observe/request-channel.ts';
import type { StoreCall } from '../observe/store-calls.ts';
import type { ToolCallReport, TurnReport } from '../observe/turns.ts';
import { modelAttributes, modelSpanName } from './model-attributes.ts';
import { phasesOf } from './phases.ts';

warnOnStandardError();
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'colloquy' }).merge(
    detectResources({ detectors: [envDetector] }),
  ),
  sampler: sampler(getStringFromEnv('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'),
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
const tracer = provider.getTracer('colloquy');
const propagator = new W3CTraceContextPropagator();
const getter = {
  keys: () => ['traceparent', 'tracestate'],
  get: (request: PublishedRequest, name: string) =>
    name === 'traceparent' ? request.traceparent : request.tracestate,
};

if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) {
  subscribe('colloquy:request', (message) => {
    // Sound: `publish` is the channel's only publisher.
    record(message as PublishedRequest);
  });
  subscribe('colloquy:turn', (message) => {
    // Sound: `publishTurn` is the channel's only publisher.
    recordDetached(message as TurnReport);
  });
  // Sends the remaining spans before the process ends. A failure to do so does not change the exit code.
  process.once('beforeExit', () => {
    provider.shutdown().catch((error: unknown) => diag.warn('spans were lost', String(error)));
  });
}

/** Returns the sampler with a name of OpenTelemetry's specification. */
function sampler(name: string): Sampler {
  const known: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: ratioSampler,
    parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: () => new ParentBasedSampler({ root: ratioSampler() }),
  };
  const make = known[name];
  if (make !== undefined) return make();
  diag.warn(`OTEL_TRACES_SAMPLER is '${name}', which is none of ${Object.keys(known).join(', ')}`);
  return new AlwaysOnSampler();
}

function ratioSampler(): Sampler {
  return new TraceIdRatioBasedSampler(getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1);
}

function ignore(): void {
  // Produces no line.
}

/** Writes the SDK's warnings to standard error, in the form of the server's log. */
function warnOnStandardError(): void {
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
}

function warn(message: string, ...details: unknown[]): void {
  const msg = ['traces:', message, ...details.map(String)].join(' ');
  const line = { level: 'warn', time: new Date().toISOString(), msg };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** The contexts of requests whose turns go on. */
const parents = new WeakMap<TurnReport, Context>();

/** Makes the spans of a turn whose request has ended before. */
function recordDetached(turn: TurnReport): void {
  const parent = parents.get(turn);
  if (parent !== undefined) turnSpans(turn, parent);
}

/** Makes the spans of a request that has ended, from the times that were noted. Until then they cost nothing. */
function record(request: PublishedRequest): void {
  const { method, route, began, ended, authorised, stream, calls, turn } = request;
  const parent = propagator.extract(ROOT_CONTEXT, request, getter);
  const span = tracer.startSpan(
    route === undefined ? method : `${method} ${route}`,
    { kind: SpanKind.SERVER, startTime: epoch(began), attributes: attributesOf(request) },
    parent,
  );
  if (stream !== undefined) span.addEvent('first byte', epoch(stream.firstByte));
  if (hasFailed(request)) span.setStatus({ code: SpanStatusCode.ERROR });
  const below = trace.setSpan(parent, span);
  if (authorised !== undefined) child('authorise', authorised, below);
  const parsing = authorised?.ended ?? began;
  const { parse } = phasesOf(request);
  child('parse', { began: parsing, ended: Math.min(ended, parsing + parse) }, below);
  for (const call of calls) storeSpan(call, below);
  if (turn?.ended !== undefined) turnSpans(turn, below);
  else if (turn !== undefined) parents.set(turn, below);
  span.end(epoch(ended));
}

/** Makes the spans of a turn that has ended: its wait, and the call of the model by the conventions for GenAI. */
function turnSpans(turn: TurnReport, parent: Context): void {
  const { began, ended = began, taken = ended, asked, answered = ended } = turn;
  child('wait', { began, ended: taken }, parent);
  if (asked === undefined) return;
  const span = tracer.startSpan(
    modelSpanName(turn),
    { kind: SpanKind.CLIENT, startTime: epoch(asked), attributes: modelAttributes(turn) },
    parent,
  );
  if (turn.firstToken !== undefined) span.addEvent('first token', epoch(turn.firstToken));
  if (turn.failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  for (const call of turn.toolCalls) toolSpan(call, trace.setSpan(parent, span));
  span.end(epoch(answered));
}

/** Makes the span of a call of a tool, by the semantic conventions for GenAI. */
function toolSpan({ server, tool, began, ended, outcome }: ToolCallReport, parent: Context): void {
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.type': 'extension',
    ...(tool === undefined ? {} : { 'gen_ai.tool.name': tool }),
    ...(server === undefined ? {} : { 'colloquy.mcp_server': server }),
    ...(outcome === 'output' ? {} : { 'error.type': outcome }),
  };
  const name = tool === undefined ? 'execute_tool' : `execute_tool ${tool}`;
  const span = tracer.startSpan(name, { startTime: epoch(began), attributes }, parent);
  if (outcome !== 'output') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(epoch(ended));
}

/** Checks for a failure on the server's side. A stream may fail after its status has been sent. */
function hasFailed({ status, stream }: PublishedRequest): boolean {
  return status >= 500 || stream?.outcome === 'failed' || stream?.outcome === 'deadline';
}

/** Returns a request's attributes, by the semantic conventions for HTTP servers. */
function attributesOf(request: PublishedRequest) {
  const { method, route, status, error, stream, path, host, userAgent, id } = request;
  const [, address = '', port] = /^(.+?)(?::(\d+))?$/.exec(host ?? '') ?? [];
  return {
    'http.request.method': method,
    ...(route === undefined ? {} : { 'http.route': route }),
    'http.response.status_code': status,
    'url.path': path,
    'url.scheme': 'http',
    ...(address === '' ? {} : { 'server.address': address }),
    ...(port === undefined ? {} : { 'server.port': Number(port) }),
    ...(userAgent === undefined ? {} : { 'user_agent.original': userAgent }),
    ...(hasFailed(request) ? { 'error.type': error ?? String(status) } : {}),
    ...(stream === undefined ? {} : { 'colloquy.stream_outcome': stream.outcome }),
    'colloquy.request_id': id,
  };
}

/** Makes the span of a database call, by the semantic conventions for database clients. */
function storeSpan({ kind, system, began, started, ended }: StoreCall, parent: Context): void {
  const attributes = {
    'db.system.name': system,
    'db.operation.name': kind,
    'colloquy.queue_ms': started - began,
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

/** Converts a time of `performance.now()` to milliseconds since 1970. */
function epoch(time: number): number {
  return performance.timeOrigin + time;
}
