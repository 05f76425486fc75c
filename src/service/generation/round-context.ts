/** What the model is shown of its own answers within a turn, before the next one. */

import type { ContextCall, ContextItem, ModelEvent } from '../../model/port.ts';
import type { ToolOutcome } from '../../tools/port.ts';
import type { ServerCall } from './events.ts';
import { callError } from './server-call-block.ts';

interface OpenText {
  readonly type: 'message' | 'reasoning';
  text: string;
  encrypted: string | undefined;
}

/** The items of one answer, from its events. */
export class RoundItems {
  readonly #items: OpenText[] = [];

  add(event: ModelEvent): void {
    switch (event.type) {
      case 'message_started':
        this.#items.push({ type: 'message', text: '', encrypted: undefined });
        return;
      case 'reasoning_started':
        this.#items.push({ type: 'reasoning', text: '', encrypted: undefined });
        return;
      case 'text_delta':
      case 'refusal_delta':
      case 'reasoning_delta':
        this.#last((open) => {
          open.text += event.text;
        });
        return;
      case 'reasoning_encrypted':
        this.#last((open) => {
          open.encrypted = event.data;
        });
        return;
      default:
    }
  }

  items(): readonly ContextItem[] {
    return this.#items.map(({ type, text, encrypted }) =>
      type === 'message'
        ? { type, role: 'assistant', content: [{ type: 'output_text', text }] }
        : { type, content: [{ text }], encrypted_content: encrypted },
    );
  }

  #last(change: (open: OpenText) => void): void {
    const open = this.#items.at(-1);
    if (open !== undefined) change(open);
  }
}

/** Returns a call with its outcome, as a model is shown it. */
export function answeredCall(
  { id, label, name, arguments: text }: ServerCall,
  outcome: ToolOutcome,
): ContextCall {
  return {
    type: 'mcp_call',
    id,
    server_label: label,
    name,
    arguments: text,
    output: outcome.kind === 'output' ? outcome.text : null,
    error: callError(outcome),
  };
}
