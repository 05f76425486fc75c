import type { Principal } from '../principal.ts';

/** What a request brings along to say who it is from. */
export interface Credentials {
  /** A header's value, read as UTF-8; the first where there are several. */
  header(name: string): string | undefined;
  /** The address of the other end of the connection. */
  readonly address: string;
}

/** What a scheme makes of a request. `not_mine`: it brings nothing of the kind that the scheme understands. */
export type Outcome =
  | { readonly kind: 'success'; readonly principal: Principal }
  | { readonly kind: 'failure'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly cause: unknown }
  | { readonly kind: 'not_mine' };

/** One way to say who is asking. It judges; refusing is another's task. */
export interface Scheme {
  readonly name: string;
  /** At once where it can tell without asking anybody. */
  authenticate(credentials: Credentials): Outcome | Promise<Outcome>;
}

export const NOT_MINE: Outcome = { kind: 'not_mine' };

export function failure(reason: string): Outcome {
  return { kind: 'failure', reason };
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken(credentials: Credentials): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(credentials.header('authorization') ?? '')?.[1];
}
