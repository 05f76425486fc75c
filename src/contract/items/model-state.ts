/** Items in which a model server keeps its own state: reasoning, compaction, programs, settings. */

import { Type } from 'typebox';
import { apiError } from '../errors/registry.ts';
import {
  AnyObject,
  AnyStatus,
  Blob,
  CallId,
  Id,
  nullable,
  omittable,
  Status,
} from '../schema/schema.ts';
import { defineItem } from './define.ts';
import { AnyReasoningPart, ReasoningText, SummaryText } from './content.ts';

const reasoningFields = {
  type: Type.Literal('reasoning'),
  summary: Type.Array(SummaryText),
  encrypted_content: Type.Optional(nullable(Type.String())),
};

export const reasoning = defineItem({
  type: 'reasoning',
  prefix: 'rs',
  example: {
    id: 'rs_1',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: 'Looking for lakes.' }],
  },
  create: Type.Object(
    {
      id: Type.Optional(Id),
      ...reasoningFields,
      content: Type.Optional(Type.Array(ReasoningText)),
      status: Type.Optional(Status),
    },
    {
      documentedAllOf: [
        {
          anyOf: ['id', 'encrypted_content'].map((name) => ({
            properties: { [name]: { type: 'string' } },
            required: [name],
          })),
        },
      ],
    },
  ),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('reasoning'),
    summary: omittable(Type.Array(AnyReasoningPart)),
    content: omittable(Type.Array(AnyReasoningPart)),
    encrypted_content: Type.Optional(nullable(Type.String())),
    status: omittable(AnyStatus),
  }),
  defaults: { summary: [] },
  returned: Type.Object({
    id: Type.String(),
    ...reasoningFields,
    content: Type.Optional(Type.Array(ReasoningText)),
    status: Type.Optional(Status),
  }),
  refuse: ({ id = null, encrypted_content: encrypted = null }) =>
    id === null && encrypted === null ? apiError('invalid_item') : undefined,
  governed: [
    {
      include: 'reasoning.encrypted_content',
      // Sessions of the official SDKs never send `include`, and would lose it when they replay the item.
      strictOnly: true,
      marker: '"encrypted_content":',
      hide: (item) => {
        delete item['encrypted_content'];
      },
    },
  ],
});

export const compaction = defineItem({
  type: 'compaction',
  prefix: 'cmp',
  example: { type: 'compaction', encrypted_content: 'b3BhcXVl' },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('compaction'),
    created_by: Type.Optional(Type.String()),
    encrypted_content: Blob,
  }),
  handling: 'checked',
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('compaction'),
    encrypted_content: Type.String(),
    created_by: Type.Optional(Type.String()),
  }),
});

const programFields = {
  type: Type.Literal('program'),
  call_id: CallId,
  code: Type.String(),
  fingerprint: Type.String(),
};

export const program = defineItem({
  type: 'program',
  prefix: 'prog',
  prefixEnforced: false,
  example: {
    id: 'prog_1',
    type: 'program',
    call_id: 'call_1',
    code: 'find()',
    fingerprint: 'fp_1',
  },
  create: Type.Object({ id: Id, ...programFields }),
  returned: Type.Object({ id: Type.String(), ...programFields }),
});

const programOutputFields = {
  type: Type.Literal('program_output'),
  call_id: CallId,
  result: Type.String(),
  status: Type.Enum(['completed', 'incomplete']),
};

export const programOutput = defineItem({
  type: 'program_output',
  prefix: 'po',
  prefixEnforced: false,
  example: {
    id: 'po_1',
    type: 'program_output',
    status: 'completed',
    call_id: 'call_1',
    result: 'Oeschinensee',
  },
  create: Type.Object({ id: Id, ...programOutputFields }),
  returned: Type.Object({ id: Type.String(), ...programOutputFields }),
});

const TextFormat = Type.Union([
  Type.Object({ type: Type.Literal('text') }),
  Type.Object({
    type: Type.Literal('json_schema'),
    name: Type.String(),
    schema: AnyObject,
    description: Type.Optional(Type.String()),
    strict: Type.Optional(nullable(Type.Boolean())),
  }),
]);
const configurationFields = {
  type: Type.Literal('configuration_update'),
  reasoning: Type.Optional(
    Type.Object({
      effort: Type.Optional(
        nullable(Type.Enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])),
      ),
    }),
  ),
  text: Type.Optional(Type.Object({ format: TextFormat })),
};

export const configurationUpdate = defineItem({
  type: 'configuration_update',
  prefix: 'cfg',
  prefixEnforced: false,
  example: { type: 'configuration_update', reasoning: { effort: 'low' } },
  create: Type.Object({ id: omittable(Id), ...configurationFields }),
  returned: Type.Object({ id: Type.String(), ...configurationFields }),
});
