/** Making a turn: what the model is shown, and the request that is sent to the model server. */

import type { Principal } from '../../access/principal.ts';
import { repairsText } from '../../context/repairs.ts';
import { sealCompaction } from '../../context/sealed-compaction.ts';
import { sealReasoning } from '../../context/sealed-reasoning.ts';
import type { ResponseRequest } from '../../contract/responses/requests.ts';
import type { ModelServer } from '../../model/model-server.ts';
import { currentNotes } from '../../observe/request-notes.ts';
import type { McpServers } from '../../tools/mcp-servers.ts';
import type { AuditTrail } from '../audit.ts';
import type { EndedCall } from '../generation/toolbox.ts';
import type { ApprovedRuns } from './approved-runs.ts';
import { turnAnswer } from './turn-answer.ts';
import type { ContextWindows } from '../context-window/context-windows.ts';
import { modelAnswer, type ModelAnswer } from '../context-window/model-answer.ts';
import type { HistoryRef } from './history.ts';
import type { Pace } from './pace.ts';
import { contextOf, requestPath, type ContextOptions } from './turn-context.ts';
import type { ResponseHead } from './turn-response.ts';
import { turnReport } from './turn-report.ts';
import type { TurnStorage } from './turn-storage.ts';
import type { TurnWatch } from './turn-watch.ts';
import { Turn } from './turn.ts';

/** What a turn has besides its request. */
export interface TurnPlan {
  readonly server: ModelServer;
  readonly head: ResponseHead;
  readonly history: HistoryRef | undefined;
  readonly storage: TurnStorage | undefined;
  readonly firstEvent: number;
  readonly stop: AbortController;
  /** Aborted when another turn has taken the place of this one; `undefined` for a turn in no conversation. */
  readonly lost: AbortSignal | undefined;
  readonly watch: TurnWatch;
}

export interface PreparedTurn {
  readonly turn: Turn;
  /** Counts of repairs by rule, which are known when the answer has begun; empty without any. */
  readonly repairs: () => string;
}

export interface PreparingOptions extends ContextOptions {
  readonly pace: Pace;
  readonly windows: ContextWindows;
  readonly tools: McpServers;
  readonly runs: ApprovedRuns;
  /** Receives each call of a tool; `undefined` without an audit log. */
  readonly audit: Pick<AuditTrail, 'recordToolCall'> | undefined;
}

/**
 * Reads the history and makes a turn, with its request to the model server, which nothing keeps after it is sent. Throws
 * an `ApiError` for input that does not fit the history.
 */
export async function prepareTurn(
  options: PreparingOptions,
  principal: Principal,
  request: ResponseRequest,
  plan: TurnPlan,
): Promise<PreparedTurn> {
  const { server, head, history, stop, lost } = plan;
  const { model } = head;
  await options.pace.wait();
  const { context, input, tools } = await contextOf(options, principal, request, {
    model,
    history,
  });
  const signal = lost === undefined ? stop.signal : AbortSignal.any([stop.signal, lost]);
  const { seal, windows, tools: servers, runs, audit } = options;
  const requestId = currentNotes()?.id;
  const called = (call: EndedCall): void => {
    plan.watch.called(call);
    audit?.recordToolCall({ ...call, requestId, principal, server: call.label });
  };
  const answering = { servers, runs, principal, request, server, history: tools, report: called };
  const { inputIndexes, repairs, events } = modelAnswer(windows, {
    respond: (sent, until) => turnAnswer({ ...answering, signal: until }, sent),
    ref: { server, model, conversationId: history?.conversation.conversationId },
    request: { ...request.generation, model },
    context,
    isTruncated: request.echo.truncation === 'auto',
    compaction: request.compaction,
    seal: (compaction) => sealCompaction(seal, principal.tenant, compaction),
    signal,
  });
  const serving = servingOf(options, principal, request, { model, inputIndexes });
  const report = (): string => turnReport(plan.watch.times, repairs());
  const turn = new Turn({ ...plan, input, answer: events, report, ...serving });
  return { turn, repairs: () => repairsText(repairs()) };
}

/** Returns what a turn needs to serve the answer as the request wants it. */
function servingOf(
  { seal }: ContextOptions,
  { tenant }: Principal,
  { include }: ResponseRequest,
  {
    model,
    inputIndexes,
  }: { readonly model: string; readonly inputIndexes: ModelAnswer['inputIndexes'] },
): Pick<ConstructorParameters<typeof Turn>[0], 'includesLogprobs' | 'seal' | 'requestPath'> {
  const wantsSealed = include.includes('reasoning.encrypted_content');
  return {
    includesLogprobs: include.includes('message.output_text.logprobs'),
    seal: ({ texts, encrypted }) =>
      wantsSealed || encrypted !== undefined
        ? sealReasoning(seal, tenant, { texts, encrypted, model })
        : undefined,
    requestPath: (path) => requestPath(path, inputIndexes()),
  };
}
