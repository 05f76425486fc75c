/** Errors of a server or of the client, as failures. */

import { FAILURE_CODES, type ToolFailure } from './port.ts';

const LONGEST_MESSAGE = 500;

/** Makes a failure that is not a server's own. */
export function failure(
  kind: keyof typeof FAILURE_CODES,
  message: string,
): Extract<ToolFailure, { readonly kind: 'protocol_error' }> {
  return { kind: 'protocol_error', code: FAILURE_CODES[kind], message };
}

/** Returns the failure of an error. The text of an HTTP error's body is left out; `secrets` are struck. */
export function failureOf(error: unknown, secrets: readonly string[]): ToolFailure {
  const status = statusOf(error);
  if (status !== undefined) {
    return {
      kind: 'http_error',
      code: status,
      message: `the server answered with status ${status}`,
    };
  }
  const { code, message } = fieldsOf(error);
  if (code === 'REQUEST_TIMEOUT') return failure('timeout', 'the server did not answer in time');
  if (typeof code === 'number') {
    return { kind: 'protocol_error', code, message: shown(message, secrets) };
  }
  const reason = shown(reasonOf(error), secrets);
  if (hasCode(error, NEVER_CONNECTED)) return { ...failure('unreachable', reason), isUnsent: true };
  return failure(hasCode(error, OF_CONNECTION) ? 'unreachable' : 'unusableAnswer', reason);
}

/** Returns the HTTP status of an error, or of one that it was caused by. */
export function statusOf(error: unknown): number | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('status' in current && typeof current.status === 'number') return current.status;
    if (current.name === 'UnauthorizedError') return 401;
  }
  return undefined;
}

function fieldsOf(error: unknown): { readonly code: unknown; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  return { code: 'code' in error ? error.code : undefined, message: error.message };
}

const OF_CONNECTION =
  /^(E[A-Z]+|CONNECTION_CLOSED|NOT_CONNECTED|SEND_FAILED|ERA_NEGOTIATION_FAILED|CERT_.*|.*_CERT.*|.*TLS.*)$/;

/** Codes of connections that were not made, so that nothing was sent. */
const NEVER_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Checks for a code of this form in an error, or in one that it was caused by. */
function hasCode(error: unknown, form: RegExp): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && form.test(String(current.code))) return true;
  }
  return false;
}

/** Checks for the error of a client whose connection was closed before anything was sent. */
export function isNotConnected(error: unknown): boolean {
  // A server may send the same words, with a code.
  const { code, message } = fieldsOf(error);
  return code === 'NOT_CONNECTED' || (code === undefined && message === 'Not connected');
}

/** Returns the message of the innermost cause, which says what has happened. */
function reasonOf(error: unknown): string {
  let reason = fieldsOf(error);
  for (let current = error; current instanceof Error; current = current.cause) {
    reason = fieldsOf(current);
  }
  const { code, message } = reason;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name cannot be resolved';
  if (typeof code === 'string' && code.startsWith('E')) return `no connection (${code})`;
  return message;
}

/** Returns a text of a server as callers may see it. */
function shown(text: string, secrets: readonly string[]): string {
  let safe = text;
  for (const secret of secrets) safe = safe.replaceAll(secret, '***');
  return safe.slice(0, LONGEST_MESSAGE).toWellFormed();
}
