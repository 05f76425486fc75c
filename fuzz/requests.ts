import type { Operation } from './operations.ts';
import type { Who } from './principals.ts';

export type Header = readonly [name: string, value: string];

/** A request that is still in parts. */
export interface Draft {
  readonly who: Who | undefined;
  readonly operation: Operation;
  /** The values of the path's parameters. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  /** Undefined: none. */
  readonly body: unknown;
}

/** A request as it is sent. */
export interface FuzzRequest {
  /** Who must be taken for the caller; undefined: nobody, and the request must be refused. */
  readonly who: Who | undefined;
  readonly method: string;
  readonly target: string;
  /** `{name}` in a value stands for the key of that principal. */
  readonly headers: readonly Header[];
  readonly body: Buffer | undefined;
  /** Whether the body is sent in chunks, without its length. */
  readonly isChunked: boolean;
  /** Whether the model says what the answer must be, rather than what it may be. */
  readonly isCertain: boolean;
}

/** What is sent byte for byte, because no client would send it. None of it may change anything. */
export interface RawRequest {
  readonly bytes: string;
  /** Whether the client stops sending behind it. */
  readonly ends: boolean;
}

export function isRaw(request: FuzzRequest | RawRequest): request is RawRequest {
  return 'bytes' in request;
}

/** Puts a draft together. */
export function render(draft: Draft, isCertain: boolean): FuzzRequest {
  const { who, operation, path, query, body } = draft;
  const filled = operation.template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    escaped(path[name] ?? ''),
  );
  const pairs = query.map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
  const json = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return {
    who,
    method: operation.method,
    target: pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`,
    headers: [
      ...(who === undefined ? [] : [['authorization', `Bearer {${who.name}}`] as const]),
      ...(json === undefined ? [] : [['content-type', 'application/json'] as const]),
    ],
    body: json,
    isChunked: false,
    isCertain,
  };
}

/** Lone surrogates cannot stand in a URL. */
function escaped(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
