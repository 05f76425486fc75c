/** Requests that count tokens, as profiles name them. */

import type { JsonObject } from '../base/json-object.ts';
import type { ModelProfile } from '../options/model-server.ts';

export interface CountingRequest {
  /** Path after the API's base, or after the part of the base before its version. */
  readonly path: string;
  readonly isAtRoot: boolean;
  readonly body: JsonObject;
}

/** Returns the request that counts the tokens of another one; `undefined` where the server cannot count. */
export function countingRequest(
  { counting }: Pick<ModelProfile, 'counting'>,
  path: string,
  { stream: _stream, stream_options: _options, ...body }: JsonObject,
): CountingRequest | undefined {
  switch (counting) {
    case 'input_tokens':
      return { path: `${path}/input_tokens`, isAtRoot: false, body };
    case 'tokenize': {
      const { model, messages, tools } = body;
      // The Responses API of such a server takes items, which this operation does not.
      if (messages === undefined) return undefined;
      return { path: '/tokenize', isAtRoot: true, body: { model, messages, tools } };
    }
    case 'none':
      return undefined;
  }
}

/** Returns the tokens of an answer; `undefined` when it has none. */
export function countedTokens({ input_tokens: tokens, count }: JsonObject): number | undefined {
  return [tokens, count].find((value) => typeof value === 'number');
}
