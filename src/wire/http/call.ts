import type { ServerResponse } from 'node:http';
import type { Principal } from '../../access/principal.ts';
import type { Query } from '../../contract/schema/query.ts';
import type { OpenCalls } from './signal.ts';

/** A request as its handler sees it. */
export interface Call<Values = Query> {
  readonly principal: Principal;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Values;
  /** The parsed JSON body; `undefined` when there was none. */
  readonly body: unknown;
  /**
   * Aborted with a `CallStopped` when the client has gone, the deadline has passed, or the server stops. A handler
   * that never reads it runs to its end.
   */
  readonly signal: AbortSignal;
  /** Checks the credentials of the request anew. Rejects with an `ApiError` when they are no longer taken. */
  reauthenticate(): Promise<void>;
  /** Returns a header of the request by its name in lower case. */
  header(name: string): string | undefined;
  /** Adds a header to the answer, before its first chunk. Answers of errors do not have it. */
  addHeader(name: string, value: string): void;
}

/** A call that makes its signal when it is first read: most handlers end before anything could stop them. */
export class RequestCall implements Call {
  readonly principal: Principal;
  readonly path: Call['path'];
  readonly query: Query;
  readonly body: unknown;
  readonly #response: ServerResponse;
  readonly #began: number;
  readonly #openCalls: OpenCalls;
  readonly #authenticate: () => Promise<unknown>;
  #signal: AbortSignal | undefined;
  #answerHeaders: string[] | undefined;

  constructor(
    { principal, path, query, body }: Pick<Call, 'principal' | 'path' | 'query' | 'body'>,
    response: ServerResponse,
    began: number,
    openCalls: OpenCalls,
    authenticate: () => Promise<unknown>,
  ) {
    this.principal = principal;
    this.path = path;
    this.query = query;
    this.body = body;
    this.#response = response;
    this.#began = began;
    this.#openCalls = openCalls;
    this.#authenticate = authenticate;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#openCalls.open(this.#response, this.#began);
    return this.#signal;
  }

  async reauthenticate(): Promise<void> {
    await this.#authenticate();
  }

  /** Names and values of headers for the answer, in alternation. */
  get answerHeaders(): readonly string[] {
    return this.#answerHeaders ?? [];
  }

  header(name: string): string | undefined {
    const value = this.#response.req.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  addHeader(name: string, value: string): void {
    (this.#answerHeaders ??= []).push(name, value);
  }
}

/** A call with a parsed query. Not a spread of the call: that would drop the signal. */
export class ParsedCall<Values> implements Call<Values> {
  readonly principal: Principal;
  readonly path: Call['path'];
  readonly query: Values;
  readonly body: unknown;
  readonly #call: Call;

  constructor(call: Call, query: Values) {
    this.principal = call.principal;
    this.path = call.path;
    this.query = query;
    this.body = call.body;
    this.#call = call;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  reauthenticate(): Promise<void> {
    return this.#call.reauthenticate();
  }

  header(name: string): string | undefined {
    return this.#call.header(name);
  }

  addHeader(name: string, value: string): void {
    this.#call.addHeader(name, value);
  }
}
