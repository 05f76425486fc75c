import {
  apiError,
  errorKinds,
  explanationOf,
  type ApiError,
  type ErrorKind,
} from '../../src/contract/errors/registry.ts';
import { code } from './markdown.ts';

/** Headings of the statuses. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'the request is wrong',
  401: 'the caller is unknown',
  403: 'it is not allowed',
  404: 'it is not there, or not for this caller',
  405: 'the path does not have the method',
  408: 'the request came too slowly',
  409: 'another request came in between',
  410: 'it is no longer kept',
  412: 'it has changed since it was read',
  413: 'the body is too large',
  415: 'the body is of a kind that is not taken',
  417: 'the request expects something unknown',
  424: 'a server that the request needs fails',
  426: 'no WebSockets',
  429: 'too many requests',
  431: 'the headers are too large',
  500: "the server's own fault",
  503: 'not right now',
  504: 'the answer took too long',
};

/** Returns the Markdown of all errors of the API, by status. */
export function apiErrors(): string {
  const errors = errorKinds().map(sample);
  const statuses = [...new Set(errors.map(statusOf))].toSorted((a, b) => a - b);
  return statuses
    .map((status) => {
      const title = STATUSES[status];
      if (title === undefined) {
        throw new Error(
          `add a heading for status ${status} to STATUSES in tools/docs/api-errors.ts`,
        );
      }
      const entries = errors.filter((error) => statusOf(error) === status).map(entry);
      return [`### ${status}: ${title}`, ...entries].join('\n\n');
    })
    .join('\n\n');
}

function statusOf({ kind }: ApiError): number {
  return explanationOf(kind).status;
}

function entry(error: ApiError): string {
  const { kind, message, type, code: errorCode, param, retryAfterSeconds } = error;
  const { cause, fix } = explanationOf(kind);
  const facts = [
    `Type ${code(type)}`,
    `code ${errorCode === null ? 'null' : code(errorCode)}`,
    ...(param === null ? [] : [`param ${code(param)}`]),
    ...(retryAfterSeconds === undefined
      ? []
      : [`${code('retry-after')} ${code(String(retryAfterSeconds))}`]),
  ];
  return [
    `#### ${code(kind)}`,
    `> ${message}`,
    `${facts.join(', ')}.`,
    `- Cause: ${cause}\n- Fix: ${fix}`,
  ].join('\n\n');
}

const LISTS: Readonly<Record<string, readonly string[]>> = {
  supported: ['ONE', 'ANOTHER'],
  reasons: ['REASON'],
};

/** Makes the error with the name of each value in its place. */
function sample(kind: ErrorKind): ApiError {
  const names = new Proxy(
    {},
    { get: (_, name) => LISTS[String(name)] ?? String(name).toUpperCase() },
  );
  // Sound: a sentence only puts values into text, and a name replaces each of them.
  return apiError(kind, names as never);
}
