import type { Meaning } from '../meaning.ts';
import type { Model, StoredConversation, StoredItem } from '../model.ts';
import type { Parameter, PathParameter } from '../operations.ts';
import type { PlainValues } from '../plain-values.ts';
import type { Principal } from '../principals.ts';
import type { Random } from '../random.ts';

/** Reads of the owner of a conversation. */
export interface Reader {
  conversation(conversation: StoredConversation): Promise<unknown>;
  /** Returns all items with all content, the oldest first. */
  items(conversation: StoredConversation): Promise<readonly StoredItem[]>;
}

/** Choices for one plain request. */
export interface DraftContext {
  readonly random: Random;
  readonly caller: Principal | undefined;
  /** Conversation in the path, if it is stored. */
  readonly conversation: StoredConversation | undefined;
  readonly values: PlainValues;
}

/** Makes a pair of the query string for a plain request. */
export type QueryDraft = (context: DraftContext, parameter: Parameter) => readonly [string, string];

/** A request that the server has answered with success. */
export interface Success {
  readonly model: Model;
  readonly reader: Reader;
  readonly caller: Principal;
  readonly meaning: Meaning;
  /** Parsed body; `undefined` in an answer to HEAD. */
  readonly body: unknown;
}

/** An operation without authentication and without parameters. */
interface PublicOperation {
  readonly access: 'public';
  /** Share of the plain requests. */
  readonly weight: number;
}

/** An operation on conversations, with everything that the fuzzer must know about it. */
export interface PrivateOperation {
  readonly access: 'private';
  /** Share of the plain requests. */
  readonly weight: number;
  readonly path: readonly PathParameter[];
  /** Parameters of the query string. */
  readonly query: Readonly<Record<string, QueryDraft>>;
  /** Those of them that are drawn seldom, since the model then knows less of the answer. */
  readonly rare?: readonly string[];
  /** Headers of its own. */
  readonly headers?: readonly string[];
  readonly body?: {
    readonly fields: readonly string[];
    readonly make: (context: DraftContext) => unknown;
  };
  /** `true` when the server of a run can answer none of its requests with success. */
  readonly neverSucceeds?: true;
  /** Predicts the status of a plain request. `true` is 200, `false` is 404. */
  readonly expect: (model: Model, caller: Principal, meaning: Meaning) => boolean | number;
  /** Holds a success against the model and updates the model. Throws a `Mismatch`. */
  readonly accept: (success: Success) => void | Promise<void>;
}

export type TaughtOperation = PublicOperation | PrivateOperation;
