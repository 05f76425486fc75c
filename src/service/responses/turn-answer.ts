/** The answer to a request: that of its model server alone, or with tools that run here. */

import type { Principal } from '../../access/principal.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { ModelRequest } from '../../model/port.ts';
import type { ModelServer } from '../../model/model-server.ts';
import type { McpServers } from '../../tools/mcp-servers.ts';
import { rounds, type TurnEvents } from '../generation/rounds.ts';
import { Toolbox, type EndedCall, type StartedCall } from '../generation/toolbox.ts';
import type { ApprovedRuns } from './approved-runs.ts';
import type { ToolHistory } from './tool-history.ts';

export interface TurnAnswerParams {
  readonly servers: McpServers;
  readonly runs: ApprovedRuns;
  readonly principal: Principal;
  readonly request: Pick<ResponseRequest, 'serverTools' | 'serverChoice' | 'maxToolCalls'>;
  readonly server: ModelServer;
  readonly history: ToolHistory;
  readonly signal: AbortSignal;
  readonly report: (call: EndedCall) => void;
}

/** Returns the events of the answer. Throws an `ApiError` for servers of tools that may not be used. */
export function turnAnswer(params: TurnAnswerParams, sent: ModelRequest): TurnEvents {
  const { server, signal, request, history } = params;
  const [first] = history.approved;
  if (request.serverTools.length === 0) {
    if (first !== undefined) throw apiError('approval_without_server', first.call);
    return server.respond(sent, signal);
  }
  const { servers, principal, report } = params;
  const namespaces = (sent.tools ?? []).flatMap(({ namespace = '' }) => namespace);
  const toolbox = new Toolbox({
    servers,
    tools: request.serverTools,
    choice: request.serverChoice,
    maxCalls: request.maxToolCalls,
    isParallel: sent.parallelToolCalls ?? true,
    owner: JSON.stringify([principal.tenant, principal.subject]),
    namespaces,
    known: history.known,
    report,
  });
  const missing = history.approved.find(({ call }) => !toolbox.has(call.label));
  if (missing !== undefined) {
    toolbox.release();
    throw apiError('approval_without_server', missing.call);
  }
  return rounds({
    toolbox,
    request: sent,
    respond: (next) => server.respond(next, signal),
    approved: history.approved.map((approved) => startedCall(params, approved)),
    signal,
  });
}

function startedCall(
  { runs, signal }: TurnAnswerParams,
  { request, call }: ToolHistory['approved'][number],
): StartedCall {
  return {
    call,
    approvalRequestId: request.requestId,
    once: (run) => runs.once(request, run, signal),
  };
}
