import type { ServedModel } from './model-servers.ts';

/** Tokens of a turn. The cached ones are part of the input, and those of reasoning part of the output. */
interface TurnTokens {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

/**
 * The way in which a turn has ended. `refused`: before a model server was asked, for example since its conversation
 * was busy or absent.
 */
export type TurnStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled' | 'refused';

/**
 * A turn, as far as it has come. Times are milliseconds of `performance.now()`, and `undefined` for what has not
 * happened. Its phases: `wait` from `began`, `history` from `taken`, `model` from `asked`, `commit` from `answered`.
 */
export interface TurnReport extends ServedModel {
  /** Id of the request that has begun it. */
  readonly requestId: string | undefined;
  /** The conversation that the request has named, once it is found. */
  readonly conversationId: string | undefined;
  readonly responseId: string | undefined;
  readonly began: number;
  /** Time at which its conversation was its own. */
  readonly taken: number | undefined;
  /** Time at which the history was read, and the model server was asked. */
  readonly asked: number | undefined;
  /** Time at which the model server had begun to answer, and not with an error. */
  readonly firstByte: number | undefined;
  /** Time of the first piece of text, reasoning or arguments. */
  readonly firstToken: number | undefined;
  /** Time of the last event of the model server. */
  readonly answered: number | undefined;
  readonly ended: number | undefined;
  /** Whether it went on after its client had gone. */
  readonly isDetached: boolean;
  /** Whether its response is made in the background. */
  readonly isBackground: boolean;
  readonly status: TurnStatus | undefined;
  /** Name of the failure in the table of errors. */
  readonly error: string | undefined;
  /** Kind of the model server's failure. */
  readonly failure: string | undefined;
  readonly finishReason: string | undefined;
  readonly tokens: TurnTokens | undefined;
  /** Calls of tools that run here, in the order in which they ended. */
  readonly toolCalls: readonly ToolCallReport[];
}

/** A call of a server's tool. Its arguments and its output are not reported. */
export interface ToolCallReport {
  /** Label of the server, if the operator has named it. */
  readonly server: string | undefined;
  /** Name of the tool, if the operator has named its server. */
  readonly tool: string | undefined;
  readonly began: number;
  readonly ended: number;
  readonly outcome: 'output' | 'tool_error' | 'protocol_error' | 'http_error';
}

/** Numbers of the turns that have begun and not ended. Each is counted once. */
export type OpenTurnCounts = Readonly<
  Record<'waiting' | 'running' | 'detached' | 'background', number>
>;
