/** Calls of tools that the application itself runs: functions, custom tools, tool search. */

import { Type } from 'typebox';
import type { JsonObject } from '../../base/json-object.ts';
import type { ApiError } from '../errors/registry.ts';
import {
  AnyId,
  AnyStatus,
  Caller,
  CallId,
  Id,
  nullable,
  omittable,
  Status,
  Text,
} from '../schema/schema.ts';
import {
  AnyOutput,
  normaliseParts,
  OutputParts,
  OutputPartsParam,
  refuseTextless,
  Tool,
} from './content.ts';
import { defineItem } from './define.ts';
import { Role } from './message.ts';

const Execution = Type.Enum(['server', 'client']);
const optionalCallFields = {
  async: Type.Optional(Type.Boolean()),
  caller: Type.Optional(nullable(Caller)),
  namespace: Type.Optional(Type.String()),
};
function refuseTextlessOutput({ output }: JsonObject, path: string): ApiError | undefined {
  return refuseTextless(output, `${path}.output`);
}

/** Optional fields of calls and outputs, of which null counts as omitted. */
const anyOptionalFields = {
  async: omittable(Type.Boolean()),
  created_by: omittable(Type.String()),
  namespace: omittable(Type.String()),
};
const callFields = { call_id: CallId, name: Type.String(), ...optionalCallFields };

export const functionCall = defineItem({
  type: 'function_call',
  prefix: 'fc',
  example: {
    type: 'function_call',
    call_id: 'call_1',
    name: 'find_lakes',
    arguments: '{"near":"Kandersteg"}',
  },
  create: Type.Object({
    id: Type.Optional(Id),
    type: Type.Literal('function_call'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    name: Type.String(),
    arguments: Type.String(),
    status: Type.Optional(Status),
    ...optionalCallFields,
  }),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('function_call'),
    call_id: AnyId,
    name: Type.String(),
    arguments: Type.String(),
    status: omittable(AnyStatus),
    ...anyOptionalFields,
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('function_call'),
    status: Status,
    arguments: Type.String(),
    ...callFields,
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { status: 'completed' },
});

export const functionCallOutput = defineItem({
  type: 'function_call_output',
  prefix: 'fc',
  example: { type: 'function_call_output', call_id: 'call_1', output: 'Oeschinensee' },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('function_call_output'),
    created_by: Type.Optional(Type.String()),
    call_id: omittable(CallId),
    output: Type.Union([Text, OutputPartsParam]),
    name: omittable(Type.String()),
    namespace: omittable(Type.String()),
    status: omittable(Status),
    caller: Type.Optional(nullable(Caller)),
  }),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('function_call_output'),
    call_id: omittable(AnyId),
    output: AnyOutput,
    status: omittable(AnyStatus),
    name: omittable(Type.String()),
    ...anyOptionalFields,
  }),
  refuseAny: refuseTextlessOutput,
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('function_call_output'),
    status: Status,
    output: Type.Union([Type.String(), OutputParts]),
    call_id: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    namespace: Type.Optional(Type.String()),
    caller: Type.Optional(nullable(Caller)),
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { status: 'completed' },
  normalise: (item) => ({ ...item, output: normaliseParts(item['output']) }),
});

export const customToolCall = defineItem({
  type: 'custom_tool_call',
  prefix: 'ctc',
  prefixEnforced: false,
  example: {
    type: 'custom_tool_call',
    call_id: 'call_1',
    name: 'query',
    input: 'lakes near Kandersteg',
  },
  create: Type.Object({
    id: Type.Optional(Id),
    type: Type.Literal('custom_tool_call'),
    call_id: CallId,
    name: Type.String(),
    input: Type.String(),
    ...optionalCallFields,
  }),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('custom_tool_call'),
    call_id: AnyId,
    name: Type.String(),
    input: Type.String(),
    ...anyOptionalFields,
  }),
  returned: Type.Object({
    id: Type.Optional(Type.String()),
    type: Type.Literal('custom_tool_call'),
    input: Type.String(),
    ...callFields,
  }),
});

export const customToolCallOutput = defineItem({
  type: 'custom_tool_call_output',
  prefix: 'ctco',
  prefixEnforced: false,
  example: { type: 'custom_tool_call_output', call_id: 'call_1', output: 'Oeschinensee' },
  create: Type.Object({
    id: Type.Optional(Id),
    type: Type.Literal('custom_tool_call_output'),
    call_id: CallId,
    output: Type.Union([Text, OutputPartsParam]),
    caller: Type.Optional(nullable(Caller)),
  }),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('custom_tool_call_output'),
    call_id: AnyId,
    output: AnyOutput,
  }),
  refuseAny: refuseTextlessOutput,
  returned: Type.Object({
    id: Type.Optional(Type.String()),
    type: Type.Literal('custom_tool_call_output'),
    call_id: Type.String(),
    output: Type.Union([Type.String(), OutputParts]),
    caller: Type.Optional(nullable(Caller)),
  }),
  normalise: (item) => ({ ...item, output: normaliseParts(item['output']) }),
});

export const toolSearchCall = defineItem({
  type: 'tool_search_call',
  prefix: 'tsc',
  prefixEnforced: false,
  example: { type: 'tool_search_call', arguments: { query: 'weather' } },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('tool_search_call'),
    created_by: Type.Optional(Type.String()),
    arguments: Type.Unknown(),
    call_id: omittable(CallId),
    execution: Type.Optional(Execution),
    status: omittable(Status),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('tool_search_call'),
    status: Status,
    arguments: Type.Unknown(),
    call_id: nullable(Type.String()),
    execution: Execution,
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { call_id: null, execution: 'server', status: 'completed' },
});

const weatherTool = { type: 'function', name: 'get_weather', parameters: {}, strict: true };

export const toolSearchOutput = defineItem({
  type: 'tool_search_output',
  prefix: 'tso',
  prefixEnforced: false,
  example: {
    type: 'tool_search_output',
    tools: [weatherTool],
  },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('tool_search_output'),
    created_by: Type.Optional(Type.String()),
    tools: Type.Array(Tool),
    call_id: omittable(CallId),
    execution: Type.Optional(Execution),
    status: omittable(Status),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('tool_search_output'),
    status: Status,
    call_id: nullable(Type.String()),
    execution: Execution,
    tools: Type.Array(Tool),
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { call_id: null, execution: 'server', status: 'completed' },
});

export const additionalTools = defineItem({
  type: 'additional_tools',
  prefix: 'at',
  prefixEnforced: false,
  example: { type: 'additional_tools', role: 'developer', tools: [{ type: 'web_search' }] },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('additional_tools'),
    role: Type.Literal('developer'),
    tools: Type.Array(Tool),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('additional_tools'),
    role: Role,
    tools: Type.Array(Tool),
  }),
});
