import type { OidcClient } from './objects.ts';

/** What the codes of OAuth and OpenID Connect mean to a reader. */
const WORDS: Readonly<Record<string, string>> = {
  access_denied: 'refused the sign-in, or it was cancelled there.',
  login_required: 'has ended your sign-in. Sign in again.',
  interaction_required: 'wants to ask you something. Sign in again.',
  consent_required: 'wants your consent. Sign in again.',
  account_selection_required: 'wants to know which account. Sign in again.',
  invalid_scope: 'does not give the scope that this server asks for. Tell its operator.',
  unauthorized_client: 'does not let this console sign people in. Tell its operator.',
  invalid_client: 'does not know this console. Tell its operator.',
  invalid_request: 'does not understand the request. Tell the operator of this server.',
  invalid_grant: 'does not take this sign-in any more. Sign in again.',
  server_error: 'has failed. Try again later.',
  temporarily_unavailable: 'is busy. Try again later.',
  unreachable: 'cannot be reached from here.',
  invalid_answer: 'has given an answer that cannot be trusted.',
};

/** Returns what to tell about a failure of an issuer. */
export function wordsFor(error: unknown, { issuer }: OidcClient): string {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const words = WORDS[code ?? ''] ?? 'has refused the sign-in.';
  const detail = [message, code === undefined ? '' : `(${code})`].filter((text) => text !== '');
  return `${new URL(issuer).host} ${words} ${detail.join(' ')}`.trim();
}
