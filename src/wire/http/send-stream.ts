import type { ServerResponse } from 'node:http';
import type { StopReason, StreamOutcome } from '../../observe/observer.ts';
import type { StreamAnswer } from './answer.ts';
import type { RecordEnd } from './audited.ts';
import type { RequestCall } from './call.ts';
import type { Exchange, ExchangeContext } from './exchange-context.ts';
import { closeProducer, failureOf } from './failure.ts';
import type { Producer } from './producer.ts';
import { reportAnswered, reportBegan } from './report.ts';
import { headOf } from './send.ts';
import { causingStop, stopReason } from './signal.ts';
import { STREAM_HEADERS, StreamBody } from './stream.ts';
import { warn } from './warn.ts';

/** A stream after its first chunk, so that its head can be sent. */
export interface OpenStream {
  readonly answer: StreamAnswer;
  readonly call: RequestCall;
  readonly producer: Producer;
  readonly first: IteratorResult<string, string>;
  readonly record: RecordEnd | undefined;
}

/**
 * Sends the stream, with exactly one terminal event unless the client has gone. Resolves when the response is
 * closed and the producer's `finally` has run. The end is recorded before the terminal event is written.
 */
export async function sendStream(
  exchange: Exchange,
  stream: OpenStream,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  const { answer, call, producer, first, record } = stream;
  const firstByte = performance.now();
  const further = [...STREAM_HEADERS, ...call.answerHeaders];
  const head = headOf(exchange, answer.contentType, firstByte, further, context);
  response.writeHead(200, head);
  if (exchange.request.method === 'HEAD') return endHead(exchange, stream, response, context);
  const body = new StreamBody(response, producer, call.signal, answer, context.callLimits);
  reportBegan(exchange, firstByte, context.observer);
  const end = await endOf(body.write(first), exchange, stream, context);
  record?.(end.recorded);
  const closed = closeProducer(producer, exchange, context);
  if (end.terminal === undefined) response.destroy();
  const isSent = end.terminal !== undefined && (await body.end(end.terminal));
  const ended = performance.now();
  await closed;
  const outcome =
    end.outcome === 'complete' && !isSent
      ? (stopReason(call.signal) ?? 'client_gone')
      : end.outcome;
  reportAnswered(
    exchange,
    {
      status: 200,
      error: end.error,
      ended,
      bytesOut: body.bytes,
      stream: { firstByte, outcome },
    },
    context.observer,
  );
}

/** Ends the answer to HEAD, which has the status and the head of a stream, and no body. */
async function endHead(
  exchange: Exchange,
  { producer, record }: OpenStream,
  response: ServerResponse,
  context: ExchangeContext,
): Promise<void> {
  record?.(200);
  response.end();
  const ended = performance.now();
  await closeProducer(producer, exchange, context);
  const end = { status: 200, error: undefined, ended, bytesOut: 0, stream: undefined };
  reportAnswered(exchange, end, context.observer);
}

interface StreamEnd {
  /** `undefined` when none can be written. */
  readonly terminal: string | undefined;
  readonly outcome: StreamOutcome;
  readonly recorded: number | StopReason;
  readonly error: string | undefined;
}

/** Resolves with the end of a body: the producer's own, or the one of its failure. */
async function endOf(
  written: Promise<string>,
  exchange: Exchange,
  { answer, call }: OpenStream,
  context: ExchangeContext,
): Promise<StreamEnd> {
  try {
    return { terminal: await written, outcome: 'complete', recorded: 200, error: undefined };
  } catch (error) {
    const reason = causingStop(error, call);
    if (reason === 'client_gone') {
      return { terminal: undefined, outcome: reason, recorded: reason, error: undefined };
    }
    try {
      const failure = failureOf(error, exchange, context);
      const [outcome, recorded] = [reason ?? 'failed', reason ?? failure.status] as const;
      return { terminal: answer.failure(failure), outcome, recorded, error: failure.kind };
    } catch (second) {
      // The client gets a body that is broken off, and the request is still reported.
      warn(second);
      return { terminal: undefined, outcome: 'failed', recorded: 500, error: 'internal' };
    }
  }
}
