/** Reading of a chunk, or of a whole answer, without regard to those before. */

import { isJsonObject, type JsonObject } from '../../../base/json-object.ts';
import type { ModelUsage, TokenLogprob } from '../../port.ts';
import {
  argumentsText,
  objectField,
  objectsField,
  readLogprobs,
  readUsage,
  textField,
} from '../read-values.ts';

/** A piece of an answer's text, or of its reasoning. */
export interface TextPiece {
  readonly type: 'reasoning' | 'text';
  readonly text: string;
}

/** A piece of a call. Each field may come alone. */
export interface CallPiece {
  readonly index: number | undefined;
  readonly id: string | undefined;
  /** Empty when the piece has none. */
  readonly name: string;
  readonly argumentsText: string;
}

export interface Chunk {
  /** `false` for a chunk that has only the usage. */
  readonly hasChoice: boolean;
  readonly pieces: readonly TextPiece[];
  readonly refusal: string;
  readonly calls: readonly CallPiece[];
  readonly annotations: readonly JsonObject[];
  readonly logprobs: readonly TokenLogprob[];
  /** `undefined` until the server has given a reason. */
  readonly finishReason: string | undefined;
  readonly usage: ModelUsage | undefined;
}

/** Reads the first choice; others are dropped. Takes the delta of a stream and the message of a whole answer. */
export function readChunk(value: JsonObject): Chunk {
  const choices = objectsField(value, 'choices');
  const choice = choices.find(({ index = 0 }) => index === 0 || index === null);
  const delta = choice === undefined ? {} : messageOf(choice);
  const { finish_reason: finish } = choice ?? {};
  return {
    hasChoice: choices.length > 0,
    pieces: [...reasoningPieces(delta), ...contentPieces(delta['content'])],
    refusal: textField(delta, 'refusal'),
    calls: callPieces(delta),
    annotations: objectsField(delta, 'annotations').map(flatAnnotation),
    logprobs: readLogprobs(objectsField(objectField(choice ?? {}, 'logprobs'), 'content')),
    finishReason: typeof finish === 'string' ? finish : undefined,
    usage: readUsage(value),
  };
}

/** Returns the text of a chunk that has nothing else, as most have; `undefined` for any other. */
export function textAlone({ choices, usage = null }: JsonObject): string | undefined {
  if (usage !== null || !Array.isArray(choices) || choices.length !== 1) return undefined;
  const choice: unknown = choices[0];
  if (!isJsonObject(choice)) return undefined;
  const { index = 0, delta, finish_reason: finish = null, logprobs = null } = choice;
  const isOther = (index ?? 0) !== 0 || finish !== null || logprobs !== null;
  if (isOther || !isJsonObject(delta)) return undefined;
  for (const name in delta) {
    if (name !== 'content' && name !== 'role' && delta[name] !== null) return undefined;
  }
  const { content } = delta;
  return typeof content === 'string' && content !== '' ? content : undefined;
}

function messageOf(choice: JsonObject): JsonObject {
  const { delta, message } = choice;
  if (isJsonObject(delta)) return delta;
  return isJsonObject(message) ? message : {};
}

/** Reads the field of reasoning that the server uses. Some send two with the same text. */
function reasoningPieces(delta: JsonObject): readonly TextPiece[] {
  const details = objectsField(delta, 'reasoning_details').map((detail) =>
    textField(detail, 'text'),
  );
  const text = [
    textField(delta, 'reasoning'),
    textField(delta, 'reasoning_content'),
    details.join(''),
  ].find((candidate) => candidate !== '');
  return text === undefined ? [] : [{ type: 'reasoning', text }];
}

/** Reads content, which is a text, or a list of parts with `text` or `thinking`. */
function contentPieces(content: unknown): readonly TextPiece[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return objectsField({ content }, 'content').flatMap((part): readonly TextPiece[] => {
    const { thinking } = part;
    if (Array.isArray(thinking)) {
      const text = objectsField(part, 'thinking')
        .map((inner) => textField(inner, 'text'))
        .join('');
      return text === '' ? [] : [{ type: 'reasoning', text }];
    }
    if (typeof thinking === 'string') return [{ type: 'reasoning', text: thinking }];
    const text = textField(part, 'text');
    return text === '' ? [] : [{ type: 'text', text }];
  });
}

/** Reads the calls of a delta, the old single `function_call` included. */
function callPieces(delta: JsonObject): readonly CallPiece[] {
  const pieces = objectsField(delta, 'tool_calls').map((call) => {
    const { index, id } = call;
    const { name, arguments: given } = objectField(call, 'function');
    return {
      index: typeof index === 'number' ? index : undefined,
      id: typeof id === 'string' && id !== '' ? id : undefined,
      name: typeof name === 'string' ? name : '',
      argumentsText: argumentsText(given),
    };
  });
  const { function_call: old } = delta;
  if (pieces.length > 0 || !isJsonObject(old)) return pieces;
  const { name, arguments: given } = old;
  return [
    {
      index: 0,
      id: undefined,
      name: typeof name === 'string' ? name : '',
      argumentsText: argumentsText(given),
    },
  ];
}

function flatAnnotation(annotation: JsonObject): JsonObject {
  const { type, url_citation: citation } = annotation;
  if (type !== 'url_citation' || !isJsonObject(citation)) return annotation;
  const { url, title = '', start_index: start = 0, end_index: end = 0 } = citation;
  return { type, url, title, start_index: start, end_index: end };
}
