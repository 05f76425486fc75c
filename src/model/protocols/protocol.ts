import type { JsonObject } from '../../base/json-object.ts';
import type { ModelProfile } from '../../options/model-server.ts';
import type { CallIds } from '../call-ids.ts';
import type { ModelEvent, ModelRequest } from '../port.ts';
import type { ToolNames } from '../tool-names.ts';

/** A form of requests and answers. */
export interface Protocol {
  /** Path of its operation after the server's base. */
  readonly path: string;
  /** Makes the body of a request. Throws a `ModelServerError` for what the server cannot take. */
  encode(request: ModelRequest, profile: ModelProfile, names: ToolNames): JsonObject;
  decoder(context: DecodingContext): AnswerDecoder;
}

/** Facts of a request that its answer depends on. */
export interface DecodingContext {
  readonly profile: ModelProfile;
  readonly names: ToolNames;
  readonly callIds: CallIds;
  readonly maxOutputTokens: number | undefined;
}

/** Turns the values of one answer into events. Throws a `ModelServerError` where the answer fails. */
export interface AnswerDecoder {
  /** `finishing`: only the usage may follow. `over`: nothing follows. */
  readonly stage: 'answering' | 'finishing' | 'over';
  /** Decodes one value of a stream. */
  decode(value: JsonObject): readonly ModelEvent[];
  /** Decodes an answer that is not a stream. */
  decodeWhole(value: JsonObject): readonly ModelEvent[];
  /** Returns the last events. `isMarked` when the server has sent the mark of the end. */
  end(isMarked: boolean): readonly ModelEvent[];
}
