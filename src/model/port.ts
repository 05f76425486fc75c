/** The port of model servers: a request, and the events of its answer. */

import type { JsonObject } from '../base/json-object.ts';

/** A request to a model. Fields that are `undefined` are not sent. */
export interface ModelRequest {
  readonly model: string;
  readonly instructions?: string | undefined;
  readonly items: readonly ContextItem[];
  readonly tools?: readonly ModelTool[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  readonly format?: AnswerFormat | undefined;
  readonly verbosity?: string | undefined;
  readonly reasoningEffort?: string | undefined;
  /** Applies to servers that write summaries themselves. */
  readonly reasoningSummary?: string | undefined;
  /** Earlier reasoning that the model is shown, if the server takes it. */
  readonly reasoningContext?: 'auto' | 'current_turn' | 'all_turns' | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly logprobs?: boolean | undefined;
  readonly topLogprobs?: number | undefined;
  readonly endUser?: string | undefined;
  readonly promptCacheKey?: string | undefined;
  readonly serviceTier?: string | undefined;
  /** Further fields of the body, such as `stop` or `top_k`. They never replace a field that is set otherwise. */
  readonly extra?: JsonObject | undefined;
}

/** An item that a model is shown, in the shape of a stored one. Fields that are not listed are not sent. */
export type ContextItem =
  | {
      readonly type: 'message';
      readonly role: 'user' | 'assistant' | 'system' | 'developer';
      readonly content: readonly ContextPart[];
    }
  | ContextReasoning
  | ContextCall
  | ContextOutput;

/** Reasoning of a model. `encrypted_content` must be the server's own. */
export interface ContextReasoning {
  readonly type: 'reasoning';
  readonly content?: readonly { readonly text: string }[] | null | undefined;
  readonly summary?: readonly { readonly text: string }[] | null | undefined;
  readonly encrypted_content?: string | null | undefined;
}

export type ContextCall =
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly namespace?: string | null | undefined;
      readonly name: string;
      readonly arguments: string;
    }
  | {
      readonly type: 'custom_tool_call';
      readonly call_id: string;
      readonly namespace?: string | null | undefined;
      readonly name: string;
      readonly input: string;
    }
  | {
      /** A call with its output. Its tool is the function `name` in the namespace `server_label`. */
      readonly type: 'mcp_call';
      readonly id: string;
      readonly server_label: string;
      readonly name: string;
      readonly arguments: string;
      readonly output?: string | null | undefined;
      readonly error?: unknown;
    };

export interface ContextOutput {
  readonly type: 'function_call_output' | 'custom_tool_call_output';
  readonly call_id: string;
  readonly output: string | readonly ContextPart[];
}

export type ContextPart =
  | { readonly type: 'input_text' | 'output_text' | 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }
  | {
      readonly type: 'input_image';
      readonly image_url?: string | null | undefined;
      readonly file_id?: string | null | undefined;
      readonly detail?: string | null | undefined;
    }
  | {
      readonly type: 'input_file';
      readonly filename?: string | null | undefined;
      /** A data URL. */
      readonly file_data?: string | null | undefined;
      readonly file_url?: string | null | undefined;
      readonly file_id?: string | null | undefined;
    }
  | {
      readonly type: 'input_audio';
      readonly input_audio: { readonly data: string; readonly format: string };
    };

/** A tool that the model may call. Tools of different namespaces may share a name. */
export type ModelTool = {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly description?: string | null | undefined;
} & (
  | {
      readonly type: 'function';
      readonly parameters?: JsonObject | null | undefined;
      readonly strict?: boolean | null | undefined;
    }
  | { readonly type: 'custom'; readonly format?: JsonObject | null | undefined }
);

export interface ToolName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | ({ readonly type: 'tool' } & ToolName)
  | {
      readonly type: 'allowed';
      readonly mode: 'auto' | 'required';
      readonly tools: readonly ToolName[];
    };

export type AnswerFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean | null | undefined;
      readonly description?: string | null | undefined;
    };

/**
 * One event of an answer. `message_started`, `reasoning_started` and `call_started` open a block, and close the one
 * before; the deltas belong to the open block, so blocks never interleave. A block opens with its first piece.
 * The last event, and no other, is `finish` or `failure`.
 */
export type ModelEvent =
  /** The server has begun to answer, and not with an error. */
  | { readonly type: 'started' }
  | { readonly type: 'message_started'; readonly phase?: string }
  | { readonly type: 'text_delta'; readonly text: string }
  /** Log probabilities of the text so far, without those that an earlier event had. */
  | { readonly type: 'logprobs'; readonly logprobs: readonly TokenLogprob[] }
  | { readonly type: 'annotation'; readonly annotation: JsonObject }
  | { readonly type: 'refusal_delta'; readonly text: string }
  | { readonly type: 'reasoning_started' }
  | { readonly type: 'reasoning_delta'; readonly text: string }
  | { readonly type: 'reasoning_summary_delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning_encrypted'; readonly data: string }
  /** `callId` has at most 64 characters, and differs from those of the request and of the answer. */
  | ({
      readonly type: 'call_started';
      readonly tool: ModelTool['type'];
      readonly callId: string;
    } & ToolName)
  /** Text of a function's arguments, or of a custom tool's input. */
  | { readonly type: 'arguments_delta'; readonly text: string }
  /** A whole item: a summary of what was said, as this server seals it. Model servers make none. */
  | { readonly type: 'compaction'; readonly encrypted: string }
  | { readonly type: 'usage'; readonly usage: ModelUsage }
  | { readonly type: 'finish'; readonly reason: FinishReason }
  | { readonly type: 'failure'; readonly failure: ModelFailure };

/** `stop` includes the end after a call. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

export interface TokenLogprob {
  readonly token: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
  readonly top_logprobs: readonly Omit<TokenLogprob, 'top_logprobs'>[];
}

export interface ModelUsage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

/** The reason why an answer is missing or incomplete. `message` is free of keys and of HTML, and at most 500 characters. */
export type ModelFailure = { readonly message: string } & (
  | {
      /**
       * - `unreachable`: no connection, or none that TLS accepts.
       * - `timeout_first_byte`, `idle_timeout`: the server was silent for longer than its limit.
       * - `malformed`: the answer is not what the protocol demands.
       * - `cut`: the answer ended before its end.
       * - `too_large`: the answer or one of its events exceeds its limit.
       */
      readonly kind:
        | 'unreachable'
        | 'timeout_first_byte'
        | 'idle_timeout'
        | 'malformed'
        | 'cut'
        | 'too_large';
    }
  /** The server has answered with a status other than 2xx. */
  | ({ readonly kind: 'refused'; readonly status: number } & ReportedError)
  /** The server has reported an error in an answer of status 200, or ended it for a reason that is an error. */
  | ({ readonly kind: 'reported' } & ReportedError)
  | ({
      readonly kind: 'context_length_exceeded';
      readonly status: number | undefined;
      /** Tokens of the context and of the request, where the server names them. */
      readonly contextTokens: number | undefined;
      readonly requestTokens: number | undefined;
    } & ReportedError)
  | ({ readonly kind: 'model_not_found'; readonly status: number | undefined } & ReportedError)
  /** The request has something that the server cannot take; nothing was sent. `param` is a path in the request. */
  | { readonly kind: 'unsupported'; readonly param: string }
);

interface ReportedError {
  /** The server's own code or type. */
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

export interface ListedModel {
  readonly id: string;
  readonly ownedBy: string | undefined;
  /** Tokens of the model's context, where the server lists them. */
  readonly contextLength: number | undefined;
}
