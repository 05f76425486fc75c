import type { Principal } from '../principal.ts';

/** The credentials of a request. */
export interface Credentials {
  /** A header's value, read as UTF-8; the first where there are several. */
  header(name: string): string | undefined;
  /** The address of the other end of the connection. */
  readonly address: string;
}

/**
 * The result of a scheme. `not_mine` means that the request has no credentials of the kind that the scheme recognises.
 */
export type Outcome =
  | { readonly kind: 'success'; readonly principal: Principal }
  | { readonly kind: 'failure'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly cause: unknown }
  | { readonly kind: 'not_mine' };

/** One way to authenticate a request. A scheme decides; refusing is the task of `authenticate`. */
export interface Scheme {
  readonly name: string;
  /** Returns the outcome without a promise when no I/O is needed. */
  authenticate(credentials: Credentials): Outcome | Promise<Outcome>;
}

export const NOT_MINE: Outcome = { kind: 'not_mine' };

export function failure(reason: string): Outcome {
  return { kind: 'failure', reason };
}

/** Returns the token of `Authorization: Bearer …`, or of the header `api-key` that Azure's clients send. */
export function bearerToken(credentials: Credentials): string | undefined {
  const authorization = credentials.header('authorization');
  if (authorization === undefined) return credentials.header('api-key') || undefined;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
