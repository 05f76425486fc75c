import type { Encoding } from './encodings.ts';
import type { Operation } from './operations.ts';
import type { Principal } from './principals.ts';

export type Header = readonly [name: string, value: string];

/** Components of a request before it is rendered. */
export interface Draft {
  readonly caller: Principal | undefined;
  readonly operation: Operation;
  /** Values of the path parameters. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  /** Value of the JSON body; `undefined` without a body. */
  readonly body: unknown;
}

/** A request as it is sent. */
export interface FuzzRequest {
  /** Principal that the server must identify; `undefined` when it must refuse the credentials. */
  readonly caller: Principal | undefined;
  readonly method: string;
  readonly target: string;
  /** `{name}` in a value is the place of that principal's key. */
  readonly headers: readonly Header[];
  /** Body before it is compressed. */
  readonly body: Buffer | undefined;
  /** Encoding in which the body is sent. */
  readonly encoding?: Encoding;
  /** Whether the body is sent in chunks, without its length. */
  readonly isChunked: boolean;
  /** Whether the model predicts the status. */
  readonly isCertain: boolean;
}

/** A request that no client would send, byte for byte. It must not change the state. */
export interface RawRequest {
  readonly bytes: string;
  /** Whether the client closes its side of the connection afterwards. */
  readonly ends: boolean;
}

export function isRaw(request: FuzzRequest | RawRequest): request is RawRequest {
  return 'bytes' in request;
}

/** Renders a draft as a request. */
export function render(draft: Draft, isCertain: boolean): FuzzRequest {
  const { caller, operation, path, query, body } = draft;
  const filled = operation.template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    escaped(path[name] ?? ''),
  );
  const pairs = query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return {
    caller,
    method: operation.method,
    target: pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`,
    headers: [
      ...(caller === undefined ? [] : [['authorization', `Bearer {${caller.name}}`] as const]),
      ...(json === undefined ? [] : [['content-type', 'application/json'] as const]),
    ],
    body: json,
    isChunked: false,
    isCertain,
  };
}

/** Escapes a value for a URL, which cannot contain lone surrogates. */
function escaped(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
