import { apiError } from '../../contract/errors/registry.ts';
import { ANONYMOUS, isUsableName, isUsablePrincipal, type Principal } from '../principal.ts';
import { bearerToken, type Credentials, type Outcome, type Scheme } from './scheme.ts';

/** Notified of every refused request, with the scheme and the reason. Never receives a credential. */
export type OnRefusal = (refusal: { readonly scheme: string; readonly reason: string }) => void;

/**
 * Finds the principal by the first scheme that recognises the request's credentials. Without schemes, every request is
 * anonymous. Throws the 401 of a missing or wrong credential, or 503 when a scheme cannot decide.
 */
export async function authenticate(
  schemes: readonly Scheme[],
  credentials: Credentials,
  onRefusal: OnRefusal,
): Promise<Principal> {
  if (schemes.length === 0) return ANONYMOUS;
  for (const scheme of schemes) {
    const judging = scheme.authenticate(credentials);
    const outcome = guarded(judging instanceof Promise ? await judging : judging);
    if (outcome.kind === 'success') return outcome.principal;
    if (outcome.kind === 'unavailable') {
      onRefusal({ scheme: scheme.name, reason: 'unavailable' });
      throw apiError('authentication_unavailable', undefined, outcome.cause);
    }
    if (outcome.kind === 'failure') {
      onRefusal({ scheme: scheme.name, reason: outcome.reason });
      throw apiError('wrong_credentials', { shown: masked(bearerToken(credentials)) });
    }
  }
  const token = bearerToken(credentials);
  onRefusal({ scheme: 'none', reason: token === undefined ? 'no credentials' : 'unknown token' });
  throw token === undefined
    ? apiError('missing_credentials')
    : apiError('wrong_credentials', { shown: masked(token) });
}

/** Principals that have been looked at; schemes hand out the same ones again and again. */
const usable = new WeakSet<Principal>();

/** Rejects the reserved subject `anonymous` and names that a database would alter. */
function guarded(outcome: Outcome): Outcome {
  if (outcome.kind !== 'success' || usable.has(outcome.principal)) return outcome;
  const { subject, tenant, attributes } = outcome.principal;
  const isUsable =
    isUsablePrincipal(tenant, subject) && Object.values(attributes).flat().every(isUsableName);
  if (!isUsable) {
    return {
      kind: 'failure',
      reason: 'a subject, tenant or attribute that is empty, reserved or not text',
    };
  }
  usable.add(outcome.principal);
  return outcome;
}

const SHOWN = 4;

/** Shortens a token so that its holder recognises it and a reader of the log cannot use it. */
function masked(token: string | undefined): string {
  return token === undefined || token.length < SHOWN * 6
    ? '***'
    : `${token.slice(0, SHOWN)}***${token.slice(-SHOWN)}`;
}
