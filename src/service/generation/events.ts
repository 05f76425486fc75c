/** The events of a turn: those of the model, and those of the tools that run between its answers. */

import type { ModelEvent, ModelUsage } from '../../model/port.ts';
import type { Tool, ToolOutcome } from '../../tools/port.ts';

/** A call of a server's tool, with an id that was made here. */
export interface ServerCall {
  readonly id: string;
  readonly label: string;
  readonly name: string;
  /** JSON as the model has written it. */
  readonly arguments: string;
}

/** `cut`: the model was stopped while it wrote the call, which has not run. */
export type CallEnd = ToolOutcome | { readonly kind: 'cut' };

type ToolEvent =
  /** An answer of the model has ended, and another one may follow. `usage` is that of this answer alone. */
  | { readonly type: 'round_ended'; readonly usage: ModelUsage | undefined }
  | { readonly type: 'tools_listed'; readonly label: string; readonly tools: readonly Tool[] }
  | { readonly type: 'approval_requested'; readonly call: ServerCall }
  | {
      readonly type: 'server_call_started';
      readonly call: ServerCall;
      /** The request by whose approval it runs. */
      readonly approvalRequestId: string | null;
    }
  /** Ends the call that has started. */
  | { readonly type: 'server_call_ended'; readonly end: CallEnd };

export type TurnEvent = ModelEvent | ToolEvent;
