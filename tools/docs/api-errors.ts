import {
  apiError,
  errorKinds,
  type ApiError,
  type ErrorKind,
} from '../../src/contract/errors/registry.ts';
import { API_ERROR_EXPLANATIONS } from './api-error-explanations.ts';
import { code } from './markdown.ts';

/** What the statuses have in common, for the headings. */
const STATUSES: Readonly<Record<number, string>> = {
  400: 'the request is wrong',
  401: 'nobody knows who is asking',
  403: 'it is not allowed',
  404: 'it is not there, or not for this caller',
  408: 'the request came too slowly',
  413: 'the body is too large',
  415: 'the body is of a kind that is not taken',
  417: 'the request expects something unknown',
  429: 'too many requests',
  431: 'the headers are too large',
  500: "the server's own fault",
  503: 'not right now',
};

/** All errors of the API, by status. */
export function apiErrors(): string {
  const errors = errorKinds().map(sample);
  const statuses = [...new Set(errors.map(({ status }) => status))].toSorted((a, b) => a - b);
  return statuses
    .map((status) => {
      const title = STATUSES[status];
      if (title === undefined) throw new Error(`status ${status} has no title`);
      const entries = errors.filter((error) => error.status === status).map(entry);
      return [`### ${status}: ${title}`, ...entries].join('\n\n');
    })
    .join('\n\n');
}

function entry(error: ApiError): string {
  const { kind, message, type, code: errorCode, param, retryAfter } = error;
  const { cause, fix } = API_ERROR_EXPLANATIONS[kind];
  const facts = [
    `Type ${code(type)}`,
    `code ${errorCode === null ? 'null' : code(errorCode)}`,
    ...(param === null ? [] : [`param ${code(param)}`]),
    ...(retryAfter === undefined ? [] : [`${code('retry-after')} ${code(String(retryAfter))}`]),
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

/** The error with the names of its values in their places. */
function sample(kind: ErrorKind): ApiError {
  const names = new Proxy(
    {},
    { get: (_, name) => LISTS[String(name)] ?? String(name).toUpperCase() },
  );
  // Sound: sentences only put their values into text, and a name stands in for each of them.
  return apiError(kind, names as never);
}
