import type { OutputItem } from '../../contract/responses/output-items.ts';
import {
  added,
  done,
  event,
  type BareEvent,
  type Block,
  type ItemStatus,
  type Place,
} from './block.ts';

export interface CallStart {
  readonly tool: 'function' | 'custom';
  readonly callId: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** A call of a function or of a custom tool. */
export class CallBlock implements Block {
  readonly #place: Place;
  readonly #call: CallStart;
  #text = '';

  constructor(place: Place, call: CallStart) {
    this.#place = place;
    this.#call = call;
  }

  open(): readonly BareEvent[] {
    return [added(this.#place, this.#item('in_progress', ''))];
  }

  argument(delta: string): readonly BareEvent[] {
    this.#text += delta;
    const type =
      this.#call.tool === 'function'
        ? 'response.function_call_arguments.delta'
        : 'response.custom_tool_call_input.delta';
    return [event(type, { ...this.#where(), delta })];
  }

  close(status: ItemStatus): { readonly events: readonly BareEvent[]; readonly item: OutputItem } {
    const where = this.#where();
    const { tool, name } = this.#call;
    const text = this.#text;
    const end =
      tool === 'function'
        ? event('response.function_call_arguments.done', { ...where, name, arguments: text })
        : event('response.custom_tool_call_input.done', { ...where, input: text });
    const item = this.#item(
      status === 'incomplete' && this.#isWhole() ? 'completed' : status,
      text,
    );
    return { events: [end, done(this.#place, item)], item };
  }

  /** Checks whether arguments that were cut off happen to be whole. */
  #isWhole(): boolean {
    if (this.#call.tool === 'custom') return false;
    try {
      JSON.parse(this.#text);
      return true;
    } catch {
      return false;
    }
  }

  #where() {
    const { id, outputIndex } = this.#place;
    return { item_id: id, output_index: outputIndex };
  }

  #item(status: ItemStatus | 'in_progress', text: string): OutputItem {
    const { tool, callId, name, namespace } = this.#call;
    const { id } = this.#place;
    const space = namespace === undefined ? {} : { namespace };
    return tool === 'function'
      ? { id, type: 'function_call', status, arguments: text, call_id: callId, name, ...space }
      : { id, type: 'custom_tool_call', status, call_id: callId, input: text, name, ...space };
  }
}
