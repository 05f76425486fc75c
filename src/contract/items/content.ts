/** The parts that messages and tool outputs consist of. */

import { Type } from 'typebox';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { apiError, type ApiError } from '../errors/registry.ts';
import { kindOf } from '../schema/explain.ts';
import { AnyObject, Blob, nullable, omittable, Text } from '../schema/schema.ts';

const PromptCacheBreakpoint = Type.Object({
  mode: Type.Literal('explicit'),
  ttl: Type.Optional(Type.Enum(['30m', '12h'])),
});
const ImageDetail = Type.Enum(['low', 'high', 'auto', 'original']);
const FileDetail = Type.Enum(['auto', 'low', 'high']);

/** Input parts as callers send them. */
export const InputTextParam = Type.Object({
  type: Type.Literal('input_text'),
  text: Text,
  prompt_cache_breakpoint: omittable(PromptCacheBreakpoint),
});
export const InputImageParam = Type.Object({
  type: Type.Literal('input_image'),
  image_url: Type.Optional(nullable(Blob)),
  file_id: Type.Optional(nullable(Type.String())),
  detail: omittable(ImageDetail),
  prompt_cache_breakpoint: omittable(PromptCacheBreakpoint),
});
export const InputFileParam = Type.Object({
  type: Type.Literal('input_file'),
  file_id: Type.Optional(nullable(Type.String())),
  filename: omittable(Type.String()),
  file_data: omittable(Type.String()),
  file_url: omittable(Type.String()),
  detail: Type.Optional(FileDetail),
  prompt_cache_breakpoint: omittable(PromptCacheBreakpoint),
});

/** Input parts as they are served. */
export const InputText = Type.Object(
  {
    type: Type.Literal('input_text'),
    text: Type.String(),
    prompt_cache_breakpoint: Type.Optional(PromptCacheBreakpoint),
  },
  { title: 'InputText' },
);
export const InputImage = Type.Object(
  {
    type: Type.Literal('input_image'),
    detail: ImageDetail,
    file_id: Type.Optional(nullable(Type.String())),
    image_url: Type.Optional(nullable(Type.String())),
    prompt_cache_breakpoint: Type.Optional(PromptCacheBreakpoint),
  },
  { title: 'InputImage' },
);
export const InputFile = Type.Object(
  {
    type: Type.Literal('input_file'),
    detail: Type.Optional(FileDetail),
    file_data: Type.Optional(Type.String()),
    file_id: Type.Optional(nullable(Type.String())),
    file_url: Type.Optional(Type.String()),
    filename: Type.Optional(Type.String()),
    prompt_cache_breakpoint: Type.Optional(PromptCacheBreakpoint),
  },
  { title: 'InputFile' },
);
export const InputAudio = Type.Object(
  {
    type: Type.Literal('input_audio'),
    input_audio: Type.Object({ data: Type.String(), format: Type.Enum(['mp3', 'wav']) }),
  },
  { title: 'InputAudio' },
);

export const Annotation = Type.Union([
  Type.Object({
    type: Type.Literal('file_citation'),
    file_id: Type.String(),
    filename: Type.String(),
    index: Type.Integer(),
  }),
  Type.Object({
    type: Type.Literal('url_citation'),
    url: Type.String(),
    title: Type.String(),
    start_index: Type.Integer(),
    end_index: Type.Integer(),
  }),
  Type.Object({
    type: Type.Literal('container_file_citation'),
    container_id: Type.String(),
    file_id: Type.String(),
    filename: Type.String(),
    start_index: Type.Integer(),
    end_index: Type.Integer(),
  }),
  Type.Object({
    type: Type.Literal('file_path'),
    file_id: Type.String(),
    index: Type.Integer(),
  }),
]);
const TokenLogprob = {
  token: Type.String(),
  bytes: Type.Array(Type.Integer()),
  logprob: Type.Number(),
};
export const Logprob = Type.Object({
  ...TokenLogprob,
  top_logprobs: Type.Array(Type.Object(TokenLogprob)),
});

/** Output parts as callers send them. */
export const OutputTextParam = Type.Object({
  type: Type.Literal('output_text'),
  text: Text,
  annotations: Type.Optional(Type.Array(Annotation)),
  logprobs: Type.Optional(Type.Array(Logprob)),
});
export const OutputText = Type.Object(
  {
    type: Type.Literal('output_text'),
    text: Type.String(),
    annotations: Type.Array(Annotation),
    logprobs: Type.Optional(Type.Array(Logprob)),
  },
  { title: 'OutputText' },
);
export const Refusal = Type.Object(
  { type: Type.Literal('refusal'), refusal: Text },
  { title: 'Refusal' },
);

/** Parts that only a model server writes into messages. OpenAI's clients take them in answers. */
export const PlainText = Type.Object({ type: Type.Literal('text'), text: Type.String() });
export const SummaryText = Type.Object({ type: Type.Literal('summary_text'), text: Type.String() });
export const ReasoningText = Type.Object({
  type: Type.Literal('reasoning_text'),
  text: Type.String(),
});
export const ComputerScreenshotContent = Type.Object({
  type: Type.Literal('computer_screenshot'),
  detail: ImageDetail,
  file_id: nullable(Type.String()),
  image_url: nullable(Type.String()),
  prompt_cache_breakpoint: Type.Optional(PromptCacheBreakpoint),
});

const anyPartFields = {
  type: Type.String({ minLength: 1 }),
  prompt_cache_breakpoint: omittable(AnyObject),
  filename: omittable(Type.String()),
  file_data: omittable(Type.String()),
  file_url: omittable(Type.String()),
};

/** The field of a part, by its type, that holds its text. */
const TEXT_FIELDS: Readonly<Record<string, string>> = {
  input_text: 'text',
  output_text: 'text',
  refusal: 'refusal',
};

/** A part of a message or a tool output as other programs make it. `refuseTextless` checks its text. */
export const AnyPart = Type.Object(anyPartFields, {
  title: 'ContentPart',
  description: 'A content part of any type, kept as sent.',
  documentedAllOf: Object.entries(TEXT_FIELDS).map(([type, field]) => ({
    anyOf: [
      { properties: { type: { not: { const: type } } } },
      { properties: { [field]: { type: 'string' } }, required: [field] },
    ],
  })),
});
/** A part of a model's reasoning as other programs make it. */
export const AnyReasoningPart = Type.Object(anyPartFields, {
  title: 'ReasoningPart',
  description: 'A part of any type, kept as sent.',
});

/** Parts of a tool output that is not text. */
export const OutputPartsParam = Type.Array(
  Type.Union([InputTextParam, InputImageParam, InputFileParam]),
);
/** A tool output as other programs make it. */
export const AnyOutput = Type.Union([Text, Type.Array(AnyPart)]);
export const OutputParts = Type.Array(Type.Union([InputText, InputImage, InputFile]));

/** Refuses parts that say they are text and have none. `path` names the list, as in `items[0].content`. */
export function refuseTextless(parts: unknown, path: string): ApiError | undefined {
  if (!Array.isArray(parts)) return undefined;
  for (const [index, part] of parts.entries()) {
    const field = isJsonObject(part) ? TEXT_FIELDS[String(part['type'])] : undefined;
    if (field === undefined || !isJsonObject(part) || typeof part[field] === 'string') continue;
    const param = `${path}[${index}].${field}`;
    return part[field] === undefined
      ? apiError('missing_required_parameter', { param })
      : apiError('invalid_type', { param, expected: 'a string', found: kindOf(part[field]) });
  }
  return undefined;
}

/** A tool definition. The vocabulary belongs to the model server and grows with it, so it is kept as sent. */
export const Tool = Type.Object({ type: Type.String() }, { title: 'Tool' });

const PART_DEFAULTS: Readonly<Record<string, JsonObject>> = {
  input_image: { detail: 'auto', file_id: null, image_url: null },
  output_text: { annotations: [], logprobs: [] },
};

/** Returns a sent part in the form in which it is served. */
export function normalisePart(part: unknown): unknown {
  if (!isJsonObject(part) || typeof part['type'] !== 'string') return part;
  const defaults = PART_DEFAULTS[part['type']];
  return defaults === undefined ? part : withDefaults(part, defaults, ['type', 'text']);
}

/** Normalises each part of a content list. Anything else, such as a plain string, is returned unchanged. */
export function normaliseParts(content: unknown): unknown {
  return Array.isArray(content) ? content.map(normalisePart) : content;
}

/**
 * Copies an object, with `defaults` for fields that are absent or null. Its keys are in OpenAI's order: those of
 * `leading` first, then alphabetical.
 */
export function withDefaults(
  object: JsonObject,
  defaults: JsonObject,
  leading: readonly string[],
): JsonObject {
  const given: Record<string, unknown> = { ...defaults, ...object };
  for (const key in defaults) given[key] ??= defaults[key];
  const arranged: Record<string, unknown> = {};
  for (const key of leading) if (Object.hasOwn(given, key)) arranged[key] = given[key];
  for (const key of Object.keys(given).toSorted()) {
    if (leading.includes(key)) continue;
    if (key === '__proto__') {
      // An assignment would change the object's prototype.
      Object.defineProperty(arranged, key, { value: given[key], enumerable: true });
    } else {
      arranged[key] = given[key];
    }
  }
  return arranged;
}
