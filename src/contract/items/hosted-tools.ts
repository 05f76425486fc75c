/** Calls of tools that the model server runs: search, images, code, computer use. Their ids come from it. */

import { Type } from 'typebox';
import { isJsonObject } from '../../base/json-object.ts';
import { Blob, CallId, Id, nullable, omittable, Status } from '../schema/schema.ts';
import { defineItem } from './define.ts';

const FileSearchResult = {
  attributes: Type.Optional(
    nullable(
      Type.Unsafe<{ [key: string]: string | number | boolean }>({
        type: 'object',
        additionalProperties: {
          anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
        },
      }),
    ),
  ),
  file_id: Type.Optional(Type.String()),
  filename: Type.Optional(Type.String()),
  score: Type.Optional(Type.Number()),
  text: Type.Optional(Type.String()),
};
const fileSearchFields = {
  type: Type.Literal('file_search_call'),
  status: Type.Enum(['in_progress', 'searching', 'completed', 'incomplete', 'failed']),
  queries: Type.Array(Type.String()),
  results: Type.Optional(nullable(Type.Array(Type.Object(FileSearchResult)))),
};

export const fileSearchCall = defineItem({
  type: 'file_search_call',
  prefix: 'fs',
  example: {
    id: 'fs_1',
    type: 'file_search_call',
    status: 'completed',
    queries: ['depth of the lake'],
  },
  create: Type.Object({ id: Id, ...fileSearchFields }),
  returned: Type.Object({ id: Type.String(), ...fileSearchFields }),
  defaults: { results: null },
  governed: [
    {
      include: 'file_search_call.results',
      marker: '"results":[',
      hide: (item) => {
        if (Array.isArray(item['results'])) item['results'] = null;
      },
    },
  ],
});

const webSearchFields = {
  type: Type.Literal('web_search_call'),
  status: Type.Enum(['in_progress', 'searching', 'completed', 'failed', 'incomplete']),
  action: Type.Union([
    Type.Object({
      type: Type.Literal('search'),
      query: Type.Optional(Type.String()),
      queries: Type.Optional(Type.Array(Type.String())),
      // Live sources have the type `url`, or types that OpenAI's package lacks, such as `api`.
      sources: Type.Optional(
        Type.Array(Type.Object({ type: Type.String(), url: Type.Optional(Type.String()) })),
      ),
    }),
    Type.Object({ type: Type.Literal('open_page'), url: Type.Optional(nullable(Type.String())) }),
    Type.Object({
      type: Type.Literal('find_in_page'),
      pattern: Type.String(),
      url: Type.String(),
    }),
  ]),
};

export const webSearchCall = defineItem({
  type: 'web_search_call',
  prefix: 'ws',
  example: {
    id: 'ws_1',
    type: 'web_search_call',
    status: 'completed',
    action: { type: 'search', query: 'lakes near Kandersteg' },
  },
  create: Type.Object({ id: Id, ...webSearchFields }),
  returned: Type.Object({ id: Type.String(), ...webSearchFields }),
  governed: [
    {
      include: 'web_search_call.results',
      marker: '"results":',
      hide: (item) => {
        delete item['results'];
      },
    },
    {
      include: 'web_search_call.action.sources',
      marker: '"sources":',
      hide: ({ action }) => {
        if (isMutable(action)) delete action['sources'];
      },
    },
  ],
});

function isMutable(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value);
}

const imageGenerationFields = {
  type: Type.Literal('image_generation_call'),
  status: Type.Enum(['in_progress', 'completed', 'generating', 'failed']),
  result: nullable(Type.String()),
  action: Type.Optional(nullable(Type.Enum(['generate', 'edit', 'auto']))),
  background: Type.Optional(nullable(Type.Enum(['transparent', 'opaque', 'auto']))),
  error: Type.Optional(
    Type.Object({
      code: nullable(Type.String()),
      message: Type.String(),
      param: nullable(Type.String()),
      type: Type.String(),
      moderation_details: Type.Optional(
        Type.Object({
          categories: Type.Array(Type.String()),
          moderation_stage: Type.Enum(['input', 'output', 'unknown']),
        }),
      ),
    }),
  ),
  output_format: Type.Optional(nullable(Type.Enum(['png', 'webp', 'jpeg', 'gif', 'svg']))),
  quality: Type.Optional(nullable(Type.Enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto']))),
  revised_prompt: Type.Optional(nullable(Type.String())),
  size: Type.Optional(nullable(Type.String())),
  svg_usage: Type.Optional(
    Type.Object({
      input_tokens: Type.Number(),
      model: Type.String(),
      output_tokens: Type.Number(),
      reasoning_tokens: Type.Number(),
      total_tokens: Type.Number(),
    }),
  ),
};

export const imageGenerationCall = defineItem({
  type: 'image_generation_call',
  prefix: 'ig',
  example: { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: null },
  create: Type.Object({ id: Id, ...imageGenerationFields }),
  returned: Type.Object({ id: Type.String(), ...imageGenerationFields }),
});

const codeInterpreterFields = {
  type: Type.Literal('code_interpreter_call'),
  status: Type.Enum(['in_progress', 'completed', 'incomplete', 'interpreting', 'failed']),
  container_id: Type.String(),
  code: nullable(Type.String()),
  outputs: nullable(
    Type.Array(
      Type.Union([
        Type.Object({ type: Type.Literal('logs'), logs: Type.String() }),
        Type.Object({ type: Type.Literal('image'), url: Type.String() }),
      ]),
    ),
  ),
};

export const codeInterpreterCall = defineItem({
  type: 'code_interpreter_call',
  prefix: 'ci',
  example: {
    id: 'ci_1',
    type: 'code_interpreter_call',
    status: 'completed',
    container_id: 'cntr_1',
    code: 'print(1)',
    outputs: null,
  },
  create: Type.Object({ id: Id, ...codeInterpreterFields }),
  returned: Type.Object({ id: Type.String(), ...codeInterpreterFields }),
  governed: [
    {
      include: 'code_interpreter_call.outputs',
      marker: '"outputs":[',
      hide: (item) => {
        if (Array.isArray(item['outputs'])) item['outputs'] = null;
      },
    },
  ],
});

const SafetyCheck = Type.Object({
  id: Type.String(),
  code: Type.Optional(nullable(Type.String())),
  message: Type.Optional(nullable(Type.String())),
});
const Keys = Type.Optional(nullable(Type.Array(Type.String())));
const point = { x: Type.Number(), y: Type.Number() };
const ComputerAction = Type.Union([
  Type.Object({
    type: Type.Literal('click'),
    button: Type.Enum(['left', 'right', 'wheel', 'back', 'forward']),
    ...point,
    keys: Keys,
  }),
  Type.Object({
    type: Type.Literal('double_click'),
    ...point,
    keys: nullable(Type.Array(Type.String())),
  }),
  Type.Object({ type: Type.Literal('drag'), path: Type.Array(Type.Object(point)), keys: Keys }),
  Type.Object({ type: Type.Literal('keypress'), keys: Type.Array(Type.String()) }),
  Type.Object({ type: Type.Literal('move'), ...point, keys: Keys }),
  Type.Object({ type: Type.Literal('screenshot') }),
  Type.Object({
    type: Type.Literal('scroll'),
    ...point,
    scroll_x: Type.Number(),
    scroll_y: Type.Number(),
    keys: Keys,
  }),
  Type.Object({ type: Type.Literal('type'), text: Type.String() }),
  Type.Object({ type: Type.Literal('wait') }),
]);
const computerCallFields = {
  type: Type.Literal('computer_call'),
  call_id: CallId,
  pending_safety_checks: Type.Array(SafetyCheck),
  status: Status,
  action: Type.Optional(ComputerAction),
  actions: Type.Optional(Type.Array(ComputerAction)),
};

export const computerCall = defineItem({
  type: 'computer_call',
  prefix: 'cu',
  example: {
    id: 'cu_1',
    type: 'computer_call',
    status: 'completed',
    call_id: 'call_1',
    pending_safety_checks: [],
    action: { type: 'click', button: 'left', x: 1, y: 2 },
  },
  create: Type.Object({ id: Id, ...computerCallFields }),
  returned: Type.Object({ id: Type.String(), ...computerCallFields }),
});

const ComputerScreenshot = Type.Object({
  type: Type.Literal('computer_screenshot'),
  file_id: Type.Optional(Type.String()),
  image_url: Type.Optional(Blob),
});

export const computerCallOutput = defineItem({
  type: 'computer_call_output',
  prefix: 'cuo',
  prefixEnforced: false,
  example: {
    type: 'computer_call_output',
    call_id: 'call_1',
    output: { type: 'computer_screenshot', image_url: 'https://example.com/screen.png' },
  },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('computer_call_output'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    output: ComputerScreenshot,
    acknowledged_safety_checks: omittable(Type.Array(SafetyCheck)),
    status: omittable(Status),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('computer_call_output'),
    status: Type.Enum(['completed', 'incomplete', 'failed', 'in_progress']),
    call_id: Type.String(),
    output: ComputerScreenshot,
    acknowledged_safety_checks: Type.Optional(Type.Array(SafetyCheck)),
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { status: 'completed' },
});
