/** Conversion between rows and the records of the port. */

import type { Row, Value } from '../engine/query.ts';
import { cell, integer, text } from '../engine/rows.ts';
import type {
  NewExchange,
  NewResponse,
  ResponsePlace,
  ResponseRecord,
  TokenCounts,
} from './port.ts';

export function toResponse(tenant: string, row: Row): ResponseRecord {
  const place = toPlace(row);
  return {
    tenant,
    conversationId: text(row, 'conversation_id'),
    id: text(row, 'id'),
    createdAt: integer(row, 'created_at'),
    status: text(row, 'status'),
    ...place,
    data: text(row, 'data'),
    rest: cell(row, 'rest') === null ? null : text(row, 'rest'),
    report: cell(row, 'report') === null ? null : text(row, 'report'),
    isHidden: integer(row, 'is_hidden') !== 0,
    isNewest: integer(row, 'next_position') === place.endPosition,
  };
}

export function toPlace(row: Row): ResponsePlace {
  return {
    firstOutput: integer(row, 'first_output'),
    endPosition: integer(row, 'end_position'),
  };
}

/** Returns the tokens of a row: of a response, or a sum. */
export function toTokens(row: Row): TokenCounts {
  return {
    inputTokens: integer(row, 'input_tokens'),
    cachedTokens: integer(row, 'cached_tokens'),
    outputTokens: integer(row, 'output_tokens'),
    reasoningTokens: integer(row, 'reasoning_tokens'),
  };
}

/** Returns the parameters `$3` to `$14` of a statement that inserts a response. */
export function cellsOf(
  { id, createdAt, status, data, rest, tokens, report }: NewResponse,
  { input, output }: Omit<NewExchange, 'response'>,
): readonly Value[] {
  const { inputTokens = 0, cachedTokens = 0, outputTokens = 0, reasoningTokens = 0 } = tokens ?? {};
  const end = input.length + output.length;
  const counts = [inputTokens, cachedTokens, outputTokens, reasoningTokens];
  return [id, createdAt, status, data, rest, input.length, end, ...counts, report];
}
