import { Type } from 'typebox';
import { Authorizer } from '../../src/access/policy/authorizer.ts';
import { policyOf } from '../../src/access/policy/parse.ts';
import { ANONYMOUS } from '../../src/access/principal.ts';
import { NO_OBSERVER, type AnsweredRequest, type BegunStream } from '../../src/observe/observer.ts';
import { AuditTrail } from '../../src/service/audit.ts';
import { creating } from '../../src/wire/api/audited.ts';
import { defineRoute } from '../../src/wire/api/define-route.ts';
import { eventStream, type StreamAnswer } from '../../src/wire/http/answer.ts';
import type { Call } from '../../src/wire/http/call.ts';
import { errorJson } from '../../src/wire/http/error-response.ts';
import type { Route } from '../../src/wire/http/route.ts';
import { createHttp, type Http, type HttpOptions } from '../../src/wire/http/server.ts';
import { expect } from 'vitest';
import { getRequest, openConnection, type Connection } from './connection.ts';

/** Long enough that no test reaches it, unless it sets its own. */
const NEVER_MS = 600_000;

export interface StreamingServer extends AsyncDisposable {
  readonly origin: string;
  /** The stream's URL for clients. */
  readonly url: string;
  readonly http: Http;
  readonly began: readonly BegunStream[];
  readonly answered: readonly AnsweredRequest[];
  /** Errors that the server reported as its own. */
  readonly failures: readonly unknown[];
  /** Lines of the audit log. */
  readonly audited: readonly Readonly<Record<string, unknown>>[];
  /** Resolves with the report of the only stream, when it has ended. */
  ended(): Promise<AnsweredRequest>;
}

/** Answers a call with the chunks of a stream. */
export type Produce = (
  call: Call<unknown>,
) => AsyncGenerator<string, string, void> | Promise<AsyncGenerator<string, string, void>>;

export interface StreamingOptions extends Partial<Omit<HttpOptions, 'routes' | 'callLimits'>> {
  readonly callLimits?: Partial<HttpOptions['callLimits']>;
  readonly failure?: StreamAnswer['failure'];
  /** Answers `/text`. */
  readonly text?: (call: Call<unknown>) => Promise<string>;
}

/** Returns a server-sent event. */
export function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** Opens a connection, requests the stream, and resolves when its first event is there. */
export async function openStream(server: StreamingServer): Promise<Connection> {
  const connection = await openConnection(server.origin);
  connection.socket.write(getRequest('/stream'));
  await connection.received('toy.first');
  return connection;
}

/** Returns the types of the terminal events in a body, which must be exactly one. */
export function terminalsOf(body: string): readonly string[] {
  return [...body.matchAll(/event: (toy\.done|error)\n/g)].map(([, type = '']) => type);
}

/** Starts a server on a real socket, whose `/stream` answers GET and POST with what the producer yields. */
export async function streamingServer(
  produce: Produce,
  options: StreamingOptions = {},
): Promise<StreamingServer> {
  const [began, answered, failures] = [
    [] as BegunStream[],
    [] as AnsweredRequest[],
    [] as unknown[],
  ];
  const audited: Record<string, unknown>[] = [];
  const onServerError = (error: unknown): void => void failures.push(error);
  const http = await createHttp(
    httpOptions(produce, options, {
      writeAuditLine: (line) => audited.push(JSON.parse(line) as Record<string, unknown>),
      onServerError,
      observer: {
        ...NO_OBSERVER,
        began: (stream) => began.push(stream),
        answered: (request) => answered.push(request),
      },
    }),
  );
  const origin = await http.listen({ host: '127.0.0.1', port: 0 });
  return {
    origin,
    url: `${origin}/stream`,
    http,
    began,
    answered,
    failures,
    audited,
    ended: async () => {
      await expect.poll(() => answered.length, { message: 'No answer was reported.' }).toBe(1);
      const [report] = answered;
      if (report === undefined) throw new Error('There is no report.');
      return report;
    },
    [Symbol.asyncDispose]: async () => {
      const hungUp = http.hangUp();
      await http.close();
      await hungUp;
    },
  };
}

function httpOptions(
  produce: Produce,
  { callLimits, failure, text, ...options }: StreamingOptions,
  reports: Pick<HttpOptions, 'observer' | 'onServerError'> & {
    readonly writeAuditLine: (line: string) => void;
  },
): HttpOptions {
  const { writeAuditLine, observer, onServerError } = reports;
  const store = {
    conversations: { getResource: async () => null },
    responses: { find: async () => null },
    background: { find: async () => null },
  };
  const authorizer = new Authorizer(policyOf(undefined));
  return {
    routes: routesOf(produce, failure, text),
    site: undefined,
    localHostsOnly: true,
    settings: {
      rateLimitPerAddress: 0,
      rateLimitPerPrincipal: 0,
      corsOrigins: [],
      requestTimeoutMs: 30_000,
      maxConnections: 100,
      maxBodyBytes: 1_000_000,
      maxNesting: 100,
    },
    idleTimeoutMs: NEVER_MS,
    callLimits: { deadlineMs: NEVER_MS, graceMs: NEVER_MS, keepAliveMs: NEVER_MS, ...callLimits },
    authenticate: async () => ANONYMOUS,
    audit: new AuditTrail({
      store,
      authorizer,
      write: writeAuditLine,
      onLost: onServerError,
      recordsReads: false,
    }),
    observer,
    onServerError,
    ...options,
  };
}

function routesOf(
  produce: Produce,
  failure: StreamAnswer['failure'] = (error) => event('error', JSON.parse(errorJson(error))),
  text: (call: Call<unknown>) => Promise<string> = async () => '{"text":true}',
): Route[] {
  const common = {
    path: '/stream',
    operationId: 'stream',
    summary: 'Stream',
    tag: 'Test',
    isPublic: false,
    audited: creating,
    query: {},
    response: { description: 'Events', schema: Type.String() },
    errors: [],
    handle: async (call: Call<unknown>) => eventStream(await produce(call), failure),
  };
  return [
    defineRoute({ ...common, method: 'GET' }),
    defineRoute({ ...common, method: 'POST' }),
    defineRoute({ ...common, method: 'GET', path: '/text', operationId: 'text', handle: text }),
  ];
}
