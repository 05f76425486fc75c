import type { OutputItem } from '../../contract/responses/output-items.ts';
import type { ToolOutcome } from '../../tools/port.ts';
import { added, done, event, type BareEvent, type Block, type Place } from './block.ts';
import type { CallEnd, ServerCall } from './events.ts';

type McpCall = Extract<OutputItem, { type: 'mcp_call' }>;

/** A call of a server's tool, with its output. */
export class ServerCallBlock implements Block {
  readonly #place: Place;
  readonly #call: ServerCall;
  readonly #approvalRequestId: string | null;
  #end: CallEnd = { kind: 'cut' };

  constructor(place: Place, call: ServerCall, approvalRequestId: string | null) {
    this.#place = place;
    this.#call = call;
    this.#approvalRequestId = approvalRequestId;
  }

  open(): readonly BareEvent[] {
    const where = this.#where();
    const { arguments: text } = this.#call;
    return [
      added(this.#place, this.#item('in_progress', '')),
      event('response.mcp_call.in_progress', where),
      event('response.mcp_call_arguments.delta', { ...where, delta: text }),
      event('response.mcp_call_arguments.done', { ...where, arguments: text }),
    ];
  }

  end(end: CallEnd): void {
    this.#end = end;
  }

  close(): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    const { kind } = this.#end;
    const status = kind === 'output' ? 'completed' : kind === 'cut' ? 'incomplete' : 'failed';
    const item = this.#item(status, this.#call.arguments);
    const last = kind === 'output' ? 'response.mcp_call.completed' : 'response.mcp_call.failed';
    return { events: [event(last, this.#where()), done(this.#place, item)], item };
  }

  #where() {
    const { id, outputIndex } = this.#place;
    return { item_id: id, output_index: outputIndex };
  }

  #item(status: NonNullable<McpCall['status']>, text: string): OutputItem {
    const { label, name } = this.#call;
    return {
      id: this.#place.id,
      type: 'mcp_call',
      status,
      approval_request_id: this.#approvalRequestId,
      arguments: text,
      error: this.#end.kind === 'cut' ? null : callError(this.#end),
      name,
      output: this.#end.kind === 'output' ? this.#end.text : null,
      server_label: label,
    };
  }
}

/** Returns the outcome of a call as the `error` of its item has it; null for an output. */
export function callError(outcome: ToolOutcome): NonNullable<McpCall['error']> | null {
  switch (outcome.kind) {
    case 'output':
      return null;
    case 'tool_error':
      return {
        type: 'mcp_tool_execution_error',
        content: [{ type: 'text', text: outcome.text }],
      };
    case 'protocol_error':
      return { type: 'mcp_protocol_error', code: outcome.code, message: outcome.message };
    case 'http_error':
      return { type: 'http_error', code: outcome.code, message: outcome.message };
  }
}
