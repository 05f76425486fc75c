/** The servers' tools of one turn. */

import { newId } from '../../base/ids.ts';
import { apiError } from '../../contract/errors/registry.ts';
import type {
  ApprovalRules,
  ServerTool,
  ToolFilter,
} from '../../contract/responses/server-tools.ts';
import type { ServerChoice } from '../../contract/responses/tool-choice.ts';
import type { ModelRequest, ModelTool, ToolChoice, ToolName } from '../../model/port.ts';
import type { McpServers } from '../../tools/mcp-servers.ts';
import {
  FAILURE_CODES,
  ListingError,
  type BeforeSending,
  type Tool,
  type ToolFailure,
  type ToolOutcome,
  type ToolSession,
} from '../../tools/port.ts';
import type { ServerCall } from './events.ts';
import { fits, listError, sessionOf, usableServer } from './tool-servers.ts';

/** A call that has ended, without its arguments and its output. */
export interface EndedCall {
  readonly label: string;
  readonly tool: string;
  /** Whether the operator has named the server. */
  readonly isConfigured: boolean;
  readonly tookMs: number;
  readonly outcome: ToolOutcome['kind'];
  readonly approvalRequestId: string | null;
}

export interface ToolboxParams {
  readonly servers: McpServers;
  readonly tools: readonly ServerTool[];
  readonly choice: ServerChoice | undefined;
  readonly maxCalls: number | undefined;
  /** Whether calls may run at the same time. */
  readonly isParallel: boolean;
  /** The caller, whose connections are no other caller's. */
  readonly owner: string;
  /** Namespaces of the application's tools. */
  readonly namespaces: readonly string[];
  /** Lists that the history has, by label. */
  readonly known: ReadonlyMap<string, readonly Tool[]>;
  readonly report: (call: EndedCall) => void;
}

/** A server of the turn. */
interface OpenServer {
  readonly label: string;
  readonly isConfigured: boolean;
  readonly allowed: ToolFilter;
  readonly approval: ApprovalRules;
  readonly session: ToolSession;
  /** Namespace of its tools for the model. */
  readonly namespace: string;
  /** Names of the tools that the operator permits; empty for all. */
  readonly permitted: readonly string[];
  tools: readonly Tool[];
}

export interface FoundTool {
  readonly server: OpenServer;
  readonly tool: Tool;
}

export interface Listing {
  readonly label: string;
  readonly tools: readonly Tool[];
}

/** Calls that run at the same time, of one turn. */
const AT_ONCE = 8;

export class Toolbox {
  readonly #params: ToolboxParams;
  readonly #servers: OpenServer[] = [];
  #calls = 0;

  /** Throws an `ApiError` for servers that may not be used, before any of them is reached. */
  constructor(params: ToolboxParams) {
    this.#params = params;
    // A server that the request names goes first: as a stand-in, it would need no approvals.
    const tools = params.tools.toSorted(
      (one, other) => Number(one.kind !== 'mcp') - Number(other.kind !== 'mcp'),
    );
    const usable = tools.map((tool) => usableServer(tool, params.servers));
    try {
      for (const { label, server, allowed, approval } of usable) {
        if (this.has(label)) continue;
        const session = sessionOf(params, label, server);
        const namespace = params.namespaces.includes(label) ? `mcp_${label}` : label;
        const isConfigured = server.options !== undefined;
        this.#servers.push({
          label,
          isConfigured,
          allowed,
          approval,
          session,
          namespace,
          permitted: server.options?.tools ?? [],
          tools: [],
        });
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get limits() {
    return this.#params.servers.limits;
  }

  /** Whether calls are used up. */
  get isUsedUp(): boolean {
    return this.#calls >= (this.#params.maxCalls ?? Infinity);
  }

  has(label: string): boolean {
    return this.#servers.some((server) => server.label === label);
  }

  /** Lists the tools of all servers. Returns the lists that the history lacks, or has without tools that are allowed. Throws `mcp_list_failed`. */
  async list(signal: AbortSignal): Promise<readonly Listing[]> {
    const lists = await Promise.all(this.#servers.map((server) => this.#listed(server, signal)));
    return lists.flatMap((list) => (list === undefined ? [] : [list]));
  }

  /** Returns a request with the servers' tools. The choice of a tool holds for the first round. */
  request(request: ModelRequest, round: 'first' | 'later' | 'last'): ModelRequest {
    const own = this.#servers.flatMap((server) =>
      server.tools.map((tool): ModelTool => modelTool(server, tool)),
    );
    const tools = [...(request.tools ?? []), ...own];
    if (tools.length === 0) return { ...request, tools: undefined, toolChoice: undefined };
    return { ...request, tools, toolChoice: this.#choice(request, round) };
  }

  /** Finds the tool that a model has called. */
  find({ namespace, name }: ToolName): FoundTool | undefined {
    const server = this.#servers.find((candidate) => candidate.namespace === namespace);
    const tool = server?.tools.find((candidate) => candidate.name === name);
    return server === undefined || tool === undefined ? undefined : { server, tool };
  }

  needsApproval({ server: { approval }, tool }: FoundTool): boolean {
    if (approval.always !== undefined && fits(tool, approval.always)) return true;
    return approval.never === undefined || !fits(tool, approval.never);
  }

  /**
   * Runs calls, as many at a time as is allowed. Each promise rejects only with the signal's reason, or that of `once`.
   */
  start(calls: readonly StartedCall[], signal: AbortSignal): readonly Promise<ToolOutcome>[] {
    const atOnce = this.#params.isParallel ? AT_ONCE : 1;
    const started: Promise<ToolOutcome>[] = [];
    for (const [index, call] of calls.entries()) {
      const before = started[index - atOnce];
      const outcome =
        before === undefined
          ? this.#call(call, signal)
          : before.then(() => this.#call(call, signal));
      // It is awaited later, when a call before it may have ended the turn.
      outcome.catch(() => undefined);
      started.push(outcome);
    }
    return started;
  }

  /** Gives all sessions up. */
  release(): void {
    for (const { session } of this.#servers) session.release();
  }

  async #call(
    { call, approvalRequestId, once }: StartedCall,
    signal: AbortSignal,
  ): Promise<ToolOutcome> {
    if (this.isUsedUp) return notCalled('the limit of tool calls of this response is reached');
    this.#calls += 1;
    const server = this.#servers.find(({ label }) => label === call.label);
    const tool = server?.tools.find(({ name }) => name === call.name);
    if (server === undefined || tool === undefined) {
      return notCalled('the server has no such tool, or it is not allowed');
    }
    const began = performance.now();
    const run = (beforeSending?: BeforeSending) =>
      server.session.call(tool, call.arguments, signal, beforeSending);
    const outcome = await (once === undefined ? run() : once(run));
    this.#params.report({
      label: call.label,
      tool: call.name,
      isConfigured: server.isConfigured,
      tookMs: performance.now() - began,
      outcome: outcome.kind,
      approvalRequestId,
    });
    return outcome;
  }

  async #listed(server: OpenServer, signal: AbortSignal): Promise<Listing | undefined> {
    const { label, allowed, approval, session, permitted } = server;
    const known = this.#params.known.get(label);
    // A client may have made the list of the history up, so it does not say what needs no approval.
    const isTrusted = [allowed, approval.always, approval.never].every(
      (filter) => filter?.isReadOnly === undefined,
    );
    // An earlier request may have allowed other tools.
    const isWhole = allowed.names?.every((name) => isListed(known, name)) ?? true;
    if (known !== undefined && isTrusted && isWhole) {
      // Nor does it say what the operator permits.
      const named =
        permitted.length === 0 ? known : known.filter(({ name }) => permitted.includes(name));
      server.tools = named.filter((tool) => fits(tool, allowed));
      return undefined;
    }
    try {
      const tools = await session.list(signal);
      server.tools = tools.filter((tool) => fits(tool, allowed));
    } catch (error) {
      throw error instanceof ListingError ? listError(label, error) : error;
    }
    const isNew = server.tools.some(({ name }) => !isListed(known, name));
    return known === undefined || isNew ? { label, tools: server.tools } : undefined;
  }

  #choice(request: ModelRequest, round: 'first' | 'later' | 'last'): ToolChoice | undefined {
    if (round === 'last') return 'none';
    const { toolChoice } = request;
    const { choice } = this.#params;
    const chosen = choice === undefined ? toolChoice : this.#allowed(toolChoice, choice);
    if (round === 'first' || chosen === undefined || typeof chosen === 'string') {
      // A choice that was obeyed must not force the model to call for ever.
      return round === 'later' && chosen === 'required' ? 'auto' : chosen;
    }
    return chosen.type === 'allowed' ? { ...chosen, mode: 'auto' } : 'auto';
  }

  #allowed(own: ToolChoice | undefined, { mode, servers }: ServerChoice): ToolChoice {
    const names = servers.flatMap(({ label, name }) => {
      const server = this.#servers.find((candidate) => candidate.label === label);
      const tools = server?.tools.filter((tool) => name === undefined || tool.name === name) ?? [];
      if (server === undefined || tools.length === 0) {
        throw apiError('tool_choice_not_found', { name: name ?? label });
      }
      return tools.map((tool) => ({ namespace: server.namespace, name: tool.name }));
    });
    const others = typeof own === 'object' && own.type === 'allowed' ? own.tools : [];
    const [only, ...rest] = [...others, ...names];
    if (mode === 'required' && only !== undefined && rest.length === 0) {
      return { type: 'tool', ...only };
    }
    return { type: 'allowed', mode, tools: [...others, ...names] };
  }
}

/** Sends a call, unless `beforeSending` resolves with a reason against it. */
export type RunCall = (beforeSending?: BeforeSending) => Promise<ToolOutcome>;

/** A call that is to run. `once` runs it at most once, also when it is approved again. */
export interface StartedCall {
  readonly call: ServerCall;
  readonly approvalRequestId: string | null;
  readonly once: ((run: RunCall) => Promise<ToolOutcome>) | undefined;
}

function isListed(known: readonly Tool[] | undefined, name: string): boolean {
  return known?.some((tool) => tool.name === name) ?? false;
}

/** Makes the id of a call; that of an approved one belongs to its request. */
export function callId(approvalRequestId: string | null): string {
  return approvalRequestId === null ? newId('mcp') : approvedCallId(approvalRequestId);
}

export function approvedCallId(approvalRequestId: string): string {
  return `mcp_${approvalRequestId.slice(approvalRequestId.indexOf('_') + 1)}`;
}

export function notCalled(message: string): ToolFailure {
  return { kind: 'protocol_error', code: FAILURE_CODES.notCalled, message };
}

function modelTool({ namespace }: OpenServer, { name, description, inputSchema }: Tool): ModelTool {
  return { type: 'function', namespace, name, description, parameters: inputSchema };
}
