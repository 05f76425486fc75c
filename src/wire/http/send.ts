import type { ServerResponse } from 'node:http';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import { reportAnswered } from './report.ts';

/** Headers of every answer: names and values in alternation, which Node takes as they are. */
const HEADERS = ['x-content-type-options', 'nosniff'];
/** Headers of the answers of the API. Neither a browser's disk nor a page of another origin keeps conversations. */
const API_HEADERS = [
  ...HEADERS,
  'openai-version',
  '2020-10-01',
  'cache-control',
  'no-store',
  'cross-origin-resource-policy',
  'same-origin',
];

export interface TextAnswer {
  readonly status: number;
  readonly text: string | Buffer;
  /** `undefined` for an answer without a body. */
  readonly contentType: string | undefined;
  readonly headers: readonly string[];
  /** Name of the failure in the table of errors. */
  readonly error: string | undefined;
  /** Set for files, which have headers of their own. */
  readonly isFile?: boolean;
}

/** Sends the answer, and reports it. */
export function sendText(
  exchange: Exchange,
  { status, text, contentType, headers, error, isFile = false }: TextAnswer,
  response: ServerResponse,
  context: ExchangeContext,
): void {
  const bytesOut = Buffer.byteLength(text);
  const ended = performance.now();
  // The length of an answer without a body would be that of the body which the client has.
  const length = contentType === undefined ? [] : ['content-length', String(bytesOut)];
  const further = [...(isFile ? HEADERS : API_HEADERS), ...length, ...headers];
  response.writeHead(status, headWith(exchange, contentType, ended, further, context));
  response.end(text);
  reportAnswered(exchange, { status, error, ended, bytesOut, stream: undefined }, context.observer);
}

/** Returns the headers of an answer of the API that begins `now`, in milliseconds of `performance.now()`. */
export function headOf(
  exchange: Exchange,
  contentType: string | undefined,
  now: number,
  further: readonly string[],
  context: ExchangeContext,
): string[] {
  return headWith(exchange, contentType, now, [...API_HEADERS, ...further], context);
}

function headWith(
  { id, began }: Exchange,
  contentType: string | undefined,
  now: number,
  further: readonly string[],
  context: ExchangeContext,
): string[] {
  return [
    ...(contentType === undefined ? [] : ['content-type', contentType]),
    'x-request-id',
    id,
    'openai-processing-ms',
    String(Math.max(1, Math.round(now - began))),
    ...further,
    ...(context.isClosing() ? ['connection', 'close'] : []),
  ];
}
