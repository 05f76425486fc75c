/** What a history and a request's own items have for the tools that run here: lists, and approvals. */

import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import { isJsonObject, objectsOf, stringField, type JsonObject } from '../../base/json-object.ts';
import { ALL } from '../../base/row-filter.ts';
import { apiError } from '../../contract/errors/registry.ts';
import { ISSUED } from '../../contract/items/mcp.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { BeginCallParams } from '../../store/approved-calls/port.ts';
import type { Store } from '../../store/store.ts';
import type { Tool } from '../../tools/port.ts';
import { parsedItem } from '../conversations/read-items.ts';
import type { ServerCall } from '../generation/events.ts';
import { approvedCallId } from '../generation/toolbox.ts';

export interface ToolHistory {
  /** Lists of tools by label, the last one of each. */
  readonly known: ReadonlyMap<string, readonly Tool[]>;
  /** The calls that the request approves, as they were stored when the approval was asked for. */
  readonly approved: readonly ApprovedCall[];
}

interface ApprovedCall {
  /** The request for the approval, in the conversation of the response that has made it. */
  readonly request: BeginCallParams;
  readonly call: ServerCall;
}

export const NO_TOOL_HISTORY: ToolHistory = { known: new Map(), approved: [] };

/** Checks whether a request has anything for tools that run here. */
export function usesTools(
  { serverTools }: Pick<ResponseRequest, 'serverTools'>,
  input: readonly JsonObject[],
): boolean {
  return serverTools.length > 0 || input.some(isAnswer);
}

export interface ToolHistoryOptions {
  readonly store: Pick<Store, 'conversations' | 'approvedCalls'>;
  readonly authorizer: Authorizer;
}

/**
 * Finds lists and approvals. Throws an `ApiError` for an answer to a request that is not here, that no response of this
 * server has made, or that has been answered.
 */
export async function toolHistory(
  options: ToolHistoryOptions,
  principal: Principal,
  history: readonly JsonObject[],
  input: readonly JsonObject[],
): Promise<ToolHistory> {
  const all = [...history, ...input];
  const called = new Set(
    all.flatMap((item) =>
      item['type'] === 'mcp_call' ? [stringField(item, 'approval_request_id')] : [],
    ),
  );
  const answered = new Set(history.filter(isAnswer).map(requestIdOf));
  const requests = new Set(all.filter(isRequest).map((item) => item['id']));
  const approved: ApprovedCall[] = [];
  for (const answer of input.filter(isAnswer)) {
    const id = requestIdOf(answer);
    // A client that keeps the history sends old answers again.
    if (called.has(id) && !answered.has(id)) continue;
    if (answered.has(id)) throw apiError('approval_answered', { id });
    answered.add(id);
    if (!requests.has(id)) throw apiError('approval_request_not_found', { id });
    if (answer['approve'] === true) approved.push(await approvedCall(options, principal, id));
  }
  return { known: lists(all), approved };
}

/**
 * Finds the call that a request asks for. What a client or a conversation says of it does not count: the first one that
 * the caller may change must be that of the response, which alone has the mark.
 */
async function approvedCall(
  { store: { conversations, approvedCalls }, authorizer }: ToolHistoryOptions,
  principal: Principal,
  id: string,
): Promise<ApprovedCall> {
  const { tenant } = principal;
  const access = authorizer.filter(principal, 'read', 'update');
  const found = await approvedCalls.findRequest({ tenant, requestId: id, readable: access });
  const request = found === null ? {} : parsedItem(found);
  if (found === null || !isRequest(request) || request[ISSUED] !== true) {
    throw apiError('approval_request_not_found', { id });
  }
  const callId = approvedCallId(id);
  const run = await conversations.findItem({ tenant, itemId: callId, readable: ALL });
  if (run !== null) throw apiError('approval_answered', { id });
  return {
    request: { tenant, conversationId: found.conversationId, requestId: id, access },
    call: {
      id: callId,
      label: stringField(request, 'server_label') ?? '',
      name: stringField(request, 'name') ?? '',
      arguments: stringField(request, 'arguments') ?? '',
    },
  };
}

function isAnswer(item: JsonObject): boolean {
  return item['type'] === 'mcp_approval_response';
}

function isRequest(item: JsonObject): boolean {
  return item['type'] === 'mcp_approval_request';
}

function requestIdOf(answer: JsonObject): string {
  return stringField(answer, 'approval_request_id') ?? '';
}

function lists(items: readonly JsonObject[]): ReadonlyMap<string, readonly Tool[]> {
  const found = new Map<string, readonly Tool[]>();
  for (const item of items) {
    const label = stringField(item, 'server_label');
    const hasFailed = (item['error'] ?? null) !== null;
    if (item['type'] !== 'mcp_list_tools' || label === undefined || hasFailed) continue;
    found.set(
      label,
      objectsOf(item, 'tools').flatMap((tool) => listedTool(tool)),
    );
  }
  return found;
}

function listedTool(tool: JsonObject): readonly Tool[] {
  const name = stringField(tool, 'name');
  const { input_schema: schema, annotations } = tool;
  if (name === undefined) return [];
  return [
    {
      name,
      description: stringField(tool, 'description'),
      inputSchema: isJsonObject(schema) ? schema : { type: 'object' },
      isReadOnly: isJsonObject(annotations) && annotations['read_only'] === true,
    },
  ];
}
