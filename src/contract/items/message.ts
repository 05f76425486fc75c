import { Type } from 'typebox';
import { apiError, type ApiError } from '../errors/registry.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { AnyStatus, Id, nullable, omittable, Status, Text } from '../schema/schema.ts';
import {
  AnyPart,
  ComputerScreenshotContent,
  InputAudio,
  InputFile,
  InputFileParam,
  InputImage,
  InputImageParam,
  InputText,
  InputTextParam,
  normalisePart,
  OutputText,
  OutputTextParam,
  PlainText,
  ReasoningText,
  refuseTextless,
  Refusal,
  SummaryText,
} from './content.ts';
import { defineItem } from './define.ts';

export const Phase = Type.Enum(['commentary', 'final_answer']);
const shared = {
  id: omittable(Id),
  type: Type.Optional(Type.Literal('message')),
  status: Type.Optional(Status),
};

const InputMessage = Type.Object(
  {
    ...shared,
    role: Type.Enum(['user', 'system', 'developer']),
    content: Type.Union([
      Text,
      Type.Array(Type.Union([InputTextParam, InputImageParam, InputFileParam, InputAudio])),
    ]),
  },
  { title: 'InputMessage' },
);
const AssistantMessage = Type.Object(
  {
    ...shared,
    role: Type.Literal('assistant'),
    content: Type.Union([Text, Type.Array(Type.Union([OutputTextParam, Refusal]))]),
    phase: omittable(Phase),
  },
  { title: 'AssistantMessage' },
);

const CREATABLE_ROLES = ['assistant', 'system', 'developer', 'user'];
const INPUT_PARTS = ['input_text', 'input_image', 'input_file', 'input_audio'];
const OUTPUT_PARTS = ['output_text', 'refusal'];

const ROLES = [
  'unknown',
  'user',
  'assistant',
  'system',
  'critic',
  'discriminator',
  'developer',
  'tool',
] as const;
/** The author of a message, as messages and tool lists carry it on return. */
export const Role = Type.Enum([...ROLES]);

export const message = defineItem({
  type: 'message',
  prefix: 'msg',
  example: {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: 'Which lake is near Kandersteg?' }],
  },
  create: Type.Union([InputMessage, AssistantMessage]),
  handling: 'checked',
  accept: Type.Object({
    type: omittable(Type.Literal('message')),
    role: Role,
    content: omittable(Type.Union([Text, Type.Array(AnyPart)])),
    status: omittable(AnyStatus),
    phase: omittable(Type.String()),
  }),
  returned: Type.Object(
    {
      id: Type.String(),
      type: Type.Literal('message'),
      status: Status,
      content: Type.Array(
        Type.Union([
          InputText,
          OutputText,
          PlainText,
          SummaryText,
          ReasoningText,
          Refusal,
          InputImage,
          ComputerScreenshotContent,
          InputFile,
          InputAudio,
        ]),
      ),
      role: Role,
      phase: Type.Optional(nullable(Phase)),
    },
    { title: 'Message' },
  ),
  defaults: { status: 'completed' },
  normalise: (item) => ({
    ...item,
    type: 'message',
    content: toParts(item['content'], item['role']),
  }),
  refuse: refuseMessage,
  refuseAny: (item, path) =>
    refuseRole(item, ROLES, path) ?? refuseTextless(item['content'], `${path}.content`),
  governed: [
    {
      include: 'message.output_text.logprobs',
      marker: '"logprobs":[{',
      hide: (item) => {
        if (!Array.isArray(item['content'])) return;
        for (const part of item['content']) {
          if (isOutputText(part)) part['logprobs'] = [];
        }
      },
    },
  ],
});

function isOutputText(part: unknown): part is Record<string, unknown> {
  return isJsonObject(part) && part['type'] === 'output_text';
}

function toParts(content: unknown, role: unknown): unknown {
  if (content === undefined) return [];
  if (Array.isArray(content)) return content.map(normalisePart);
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  return [normalisePart({ type, text: content })];
}

/** Checks the role before the parts, as OpenAI does: the role decides which parts are legal. */
function refuseMessage(item: JsonObject, path: string): ApiError | undefined {
  const refusal = refuseRole(item, CREATABLE_ROLES, path);
  if (refusal !== undefined) return refusal;
  const { role, content, phase = null } = item;
  if (typeof role !== 'string') return undefined; // the schema refuses it
  if (role !== 'assistant' && phase !== null) {
    return apiError('unknown_parameter', { param: `${path}.phase` });
  }
  if (!Array.isArray(content)) return undefined;
  const legal = role === 'assistant' ? OUTPUT_PARTS : INPUT_PARTS;
  for (const [index, part] of content.entries()) {
    const error = refusePart(part, legal, `${path}.content[${index}]`);
    if (error !== undefined) return error;
  }
  return undefined;
}

function refuseRole(
  { role = null }: JsonObject,
  supported: readonly string[],
  path: string,
): ApiError | undefined {
  if (role !== null && typeof role !== 'string') return undefined; // the schema refuses it
  return role !== null && supported.includes(role)
    ? undefined
    : apiError('invalid_value', { param: path, value: role ?? '', supported });
}

function refusePart(part: unknown, legal: readonly string[], path: string): ApiError | undefined {
  const type = isJsonObject(part) ? part['type'] : undefined;
  if (typeof type !== 'string' || legal.includes(type)) return undefined;
  const known = [...INPUT_PARTS, ...OUTPUT_PARTS];
  return known.includes(type)
    ? apiError('invalid_value', { param: path, value: type, supported: legal })
    : apiError('invalid_value', { param: `${path}.type`, value: type, supported: known });
}
