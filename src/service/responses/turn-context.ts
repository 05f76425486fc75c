/** What the model is shown for a request: the history, and the request's own items. */

import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { JsonObject } from '../../base/json-object.ts';
import { assembleContext, type AssembledContext } from '../../context/assemble.ts';
import type { ContextProblem } from '../../context/problem.ts';
import { openCompaction } from '../../context/sealed-compaction.ts';
import { openReasoning } from '../../context/sealed-reasoning.ts';
import type { TextSeal } from '../../context/seal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ParsedItem } from '../../contract/items/parse.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import { copied } from '../../store/conversations/copied-text.ts';
import type { ResponseItem } from '../../store/responses/port.ts';
import type { Store } from '../../store/store.ts';
import { parsedItem } from '../conversations/read-items.ts';
import { readHistory, type HistoryRef } from './history.ts';
import { NO_TOOL_HISTORY, toolHistory, usesTools, type ToolHistory } from './tool-history.ts';

export interface ContextOptions {
  readonly store: Pick<Store, 'conversations' | 'approvedCalls'>;
  readonly authorizer: Authorizer;
  readonly seal: TextSeal;
  /** Whether the request's own items must fit the history. */
  readonly history: 'strict' | 'repair';
}

export interface TurnContext {
  readonly context: AssembledContext;
  /** The request's own items that are stored with the answer: those that the history does not have. */
  readonly input: readonly ResponseItem[];
  readonly tools: ToolHistory;
}

/** Reads the history and makes what the model is shown. Throws an `ApiError` for input that does not fit it. */
export async function contextOf(
  options: ContextOptions,
  principal: Principal,
  request: ResponseRequest,
  from: { readonly model: string; readonly history: HistoryRef | undefined },
): Promise<TurnContext> {
  const { store, seal, history: mode } = options;
  const history =
    from.history === undefined ? [] : await readHistory(store.conversations, from.history);
  if (history === null) throw absence(request);
  // The store keeps the ids of a conversation distinct, and an id that was made for its item is in no history.
  const mayRepeat = request.input.some(({ kind }) => kind !== 'minted');
  const known = new Set(mayRepeat ? history.map(({ item }) => item['id']) : []);
  const input = await resolved(options, principal, request.input, known);
  const { tenant } = principal;
  const own = input.map(parsedItem);
  const stored = history.map(({ item }) => item);
  const tools = usesTools(request, own)
    ? await toolHistory(options, principal, stored, own)
    : NO_TOOL_HISTORY;
  const context = assembleContext({
    history,
    input: own,
    mode,
    hasDistinctIds: !mayRepeat,
    model: from.model,
    openReasoning: (blob) => openReasoning(seal, tenant, blob),
    openCompaction: (blob) => openCompaction(seal, tenant, blob),
  });
  if (context.problem !== 'none') throw problemError(context);
  const { instructions } = request.generation;
  // Items that no model is shown, such as tools in the place of messages.
  if (input.length > 0 && context.items.length === 0 && instructions === undefined) {
    throw apiError('missing_input');
  }
  return { context, input: input.filter(({ id }) => !known.has(id)), tools };
}

/** Replaces references with the items that they name. One to an item of the history adds nothing. */
async function resolved(
  { store, authorizer }: ContextOptions,
  principal: Principal,
  input: readonly ParsedItem[],
  known: ReadonlySet<JsonObject[string]>,
): Promise<readonly ResponseItem[]> {
  const items: ResponseItem[] = [];
  for (const item of input) {
    if (item.kind !== 'reference') {
      items.push(item);
      continue;
    }
    if (known.has(item.id)) continue;
    const found = await store.conversations.findItem({
      tenant: principal.tenant,
      itemId: item.id,
      readable: authorizer.filter(principal, 'read'),
    });
    if (found === null) throw apiError('input_item_not_found', { id: item.id });
    items.push({ ...copied(found), kind: 'given' });
  }
  return items;
}

function absence({ conversationId, previousResponseId }: ResponseRequest): Error {
  return conversationId === undefined
    ? apiError('previous_response_not_found', { id: previousResponseId ?? '' })
    : apiError('conversation_not_found', { id: conversationId });
}

/** Returns the error of a problem; `call` is OpenAI's name of a type, as in `function call`. */
function problemError(problem: ContextProblem): Error {
  if (problem.problem === 'duplicate_item') return apiError('duplicate_item', { id: problem.id });
  const call = problem.type.replace(/_output$/, '').replaceAll('_', ' ');
  const kind = problem.problem === 'output_missing' ? 'missing_tool_output' : 'missing_tool_call';
  return apiError(kind, { call, callId: problem.callId ?? '' });
}

/** Turns a path in what the model is shown, such as `input[7].content[0]`, into one of the request. */
export function requestPath(path: string, inputIndexes: readonly (number | null)[]): string {
  const [, index, rest = ''] = /^input\[(\d+)\](.*)$/s.exec(path) ?? [];
  if (index === undefined) return path;
  const own = inputIndexes[Number(index)] ?? null;
  return own === null ? 'input' : `input[${own}]${rest}`;
}
