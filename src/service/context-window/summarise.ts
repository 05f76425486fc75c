/** Having a model summarise a conversation. */

import { firstChunk, turnsOf } from '../../context/chunks.ts';
import { itemBytes, itemsBytes, textBytes } from '../../context/measure.ts';
import { SUMMARY_REQUEST, summaryMessage } from '../../context/summary.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type {
  ContextItem,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ModelUsage,
} from '../../model/port.ts';
import { usageSum } from '../generation/usage.ts';
import type { ContextWindows, WindowRef } from './context-windows.ts';
import { failureError } from '../models/failures.ts';
import { fixedBytes, requestTokens } from './request-size.ts';

/** Attempts at a part that the model server finds too long. */
const MAX_ATTEMPTS = 3;
/** Tokens of a summary, reasoning included, and the most of a context that it takes. */
const SUMMARY_TOKENS = 4_096;
const SUMMARY_SHARE = 1 / 4;

export interface SummariseParams {
  readonly windows: ContextWindows;
  readonly ref: WindowRef;
  /** The request that the conversation goes on with: its instructions, tools and sampling. */
  readonly request: Omit<ModelRequest, 'items'>;
  readonly items: readonly ContextItem[];
  readonly signal: AbortSignal;
}

export interface Summary {
  readonly text: string;
  /** Tokens over all requests; null if the model server has counted none. */
  readonly usage: ModelUsage | undefined;
}

type Answer = { readonly text: string; readonly usage: ModelUsage | undefined } | ModelFailure;

/**
 * Returns a summary of items. A context that is too long is read in parts of whole turns. Their summaries follow each
 * other: a text that is summarised again and again loses what it began with. Only where they would be too long
 * together, they are summarised once more. Throws an `ApiError` when the model server fails, and the signal's reason.
 */
export async function summarise(params: SummariseParams): Promise<Summary> {
  const { leading, turns } = turnsOf(params.items);
  if (turns.length === 0) throw apiError('nothing_to_compact');
  const { texts, usage } = await inParts(params, leading, turns);
  const text = texts.join('\n');
  const { budget } = await sized(params, leading);
  if (texts.length === 1 || textBytes(text) <= budget * SUMMARY_SHARE) return { text, usage };
  const again = await inParts(params, [], [[summaryMessage(text)]]);
  return { text: again.texts.join('\n'), usage: usageSum(usage, again.usage) };
}

/** Summarises turns, as many at a time as fit. */
async function inParts(
  params: SummariseParams,
  leading: readonly ContextItem[],
  turns: readonly (readonly ContextItem[])[],
): Promise<{ readonly texts: readonly string[]; readonly usage: ModelUsage | undefined }> {
  const texts: string[] = [];
  let usage: ModelUsage | undefined;
  let rest = turns;
  for (let attempt = 1; rest.length > 0; attempt += 1) {
    const { request, budget } = await sized(params, leading);
    const { count, items } = firstChunk(rest, budget);
    const asked = [...leading, ...items, SUMMARY_REQUEST];
    const answer = await answerTo(params, { ...request, items: asked });
    const bytes = itemsBytes(asked) + fixedBytes(request);
    if ('kind' in answer) {
      if (answer.kind !== 'context_length_exceeded' || attempt >= MAX_ATTEMPTS) {
        throw failureError(answer, params.ref);
      }
      params.windows.exceeded(params.ref, bytes, answer);
      continue;
    }
    if (answer.text === '') {
      throw apiError('model_server_failed', { reason: 'it wrote no summary' });
    }
    const { inputTokens } = answer.usage ?? { inputTokens: 0 };
    params.windows.counted(params.ref, bytes, inputTokens, undefined);
    texts.push(answer.text);
    usage = usageSum(usage, answer.usage);
    rest = rest.slice(count);
    attempt = 0;
  }
  return { texts, usage };
}

/** Returns the request for a summary, and the bytes that the turns to summarise may take in it. */
async function sized(
  { windows, ref, request }: SummariseParams,
  head: readonly ContextItem[],
): Promise<{ readonly request: Omit<ModelRequest, 'items'>; readonly budget: number }> {
  const length = await windows.length(ref);
  const maxOutputTokens =
    length === undefined
      ? SUMMARY_TOKENS
      : Math.min(SUMMARY_TOKENS, Math.floor(length * SUMMARY_SHARE));
  const asking = summaryRequest(request, maxOutputTokens);
  const tokens = length === undefined ? Infinity : requestTokens(length, { maxOutputTokens });
  const used = itemsBytes(head) + itemBytes(SUMMARY_REQUEST) + fixedBytes(asking);
  return { request: asking, budget: tokens * windows.bytesPerToken(ref) - used };
}

/** Keeps what the beginning of the prompt depends on, which the model server has in its cache. */
function summaryRequest(
  request: Omit<ModelRequest, 'items'>,
  maxOutputTokens: number,
): Omit<ModelRequest, 'items'> {
  return {
    ...request,
    maxOutputTokens,
    toolChoice: request.tools === undefined ? undefined : 'none',
    format: undefined,
    verbosity: undefined,
    reasoningSummary: undefined,
    logprobs: undefined,
    topLogprobs: undefined,
  };
}

async function answerTo({ ref, signal }: SummariseParams, request: ModelRequest): Promise<Answer> {
  let text = '';
  let usage: ModelUsage | undefined;
  for await (const events of ref.server.respond(request, signal)) {
    for (const event of events) {
      if (event.type === 'failure') return event.failure;
      if (event.type === 'text_delta') text += event.text;
      usage = usageOf(event) ?? usage;
    }
  }
  return { text: text.trim(), usage };
}

function usageOf(event: ModelEvent): ModelUsage | undefined {
  return event.type === 'usage' ? event.usage : undefined;
}
