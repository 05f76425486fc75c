/** Shell commands and patches. */

import { Type } from 'typebox';
import { isJsonObject } from '../../base/json-object.ts';
import { Caller, CallId, Id, nullable, omittable, Status } from '../schema/schema.ts';
import { withDefaults } from './content.ts';
import { defineItem } from './define.ts';

const localShellCallFields = {
  type: Type.Literal('local_shell_call'),
  call_id: CallId,
  status: Status,
  action: Type.Object({
    type: Type.Literal('exec'),
    command: Type.Array(Type.String()),
    env: Type.Unsafe<{ [key: string]: string }>({
      type: 'object',
      additionalProperties: { type: 'string' },
    }),
    timeout_ms: Type.Optional(nullable(Type.Integer())),
    user: Type.Optional(nullable(Type.String())),
    working_directory: Type.Optional(nullable(Type.String())),
  }),
};

export const localShellCall = defineItem({
  type: 'local_shell_call',
  prefix: 'lsh',
  prefixEnforced: false,
  example: {
    id: 'lsh_1',
    type: 'local_shell_call',
    status: 'completed',
    call_id: 'call_1',
    action: { type: 'exec', command: ['ls'], env: { LANG: 'C' } },
  },
  create: Type.Object({ id: Id, ...localShellCallFields }),
  returned: Type.Object({ id: Type.String(), ...localShellCallFields }),
});

const localShellOutputFields = {
  type: Type.Literal('local_shell_call_output'),
  output: Type.String(),
  status: Type.Optional(nullable(Status)),
};

export const localShellCallOutput = defineItem({
  type: 'local_shell_call_output',
  prefix: 'lsho',
  prefixEnforced: false,
  example: { id: 'lsho_1', type: 'local_shell_call_output', output: 'lakes.txt' },
  create: Type.Object({ id: Id, ...localShellOutputFields }),
  returned: Type.Object({ id: Type.String(), ...localShellOutputFields }),
});

const LocalEnvironment = Type.Object({ type: Type.Literal('local') });
const LocalEnvironmentParam = Type.Object({
  type: Type.Literal('local'),
  skills: Type.Optional(
    Type.Array(
      Type.Object({ name: Type.String(), description: Type.String(), path: Type.String() }),
    ),
  ),
});
const ContainerReference = Type.Object({
  type: Type.Literal('container_reference'),
  container_id: Type.String(),
});

export const shellCall = defineItem({
  type: 'shell_call',
  prefix: 'sh',
  prefixEnforced: false,
  example: {
    type: 'shell_call',
    call_id: 'call_1',
    action: { commands: ['ls'], max_output_length: null, timeout_ms: 1000 },
  },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('shell_call'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    action: Type.Object({
      commands: Type.Array(Type.String()),
      max_output_length: Type.Optional(nullable(Type.Integer())),
      timeout_ms: Type.Optional(nullable(Type.Integer())),
    }),
    caller: Type.Optional(nullable(Caller)),
    environment: Type.Optional(nullable(Type.Union([LocalEnvironmentParam, ContainerReference]))),
    status: omittable(Status),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('shell_call'),
    status: Status,
    action: Type.Object({
      commands: Type.Array(Type.String()),
      max_output_length: nullable(Type.Integer()),
      timeout_ms: nullable(Type.Integer()),
    }),
    call_id: Type.String(),
    environment: nullable(Type.Union([LocalEnvironment, ContainerReference])),
    caller: Type.Optional(nullable(Caller)),
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { environment: null, status: 'completed' },
  normalise: (item) =>
    isJsonObject(item['action'])
      ? {
          ...item,
          action: withDefaults(item['action'], { max_output_length: null, timeout_ms: null }, [
            'commands',
          ]),
        }
      : item,
});

const outcome = Type.Union([
  Type.Object({ type: Type.Literal('timeout') }),
  Type.Object({ type: Type.Literal('exit'), exit_code: Type.Integer() }),
]);
const shellOutput = {
  outcome,
  stderr: Type.String(),
  stdout: Type.String(),
  created_by: Type.Optional(Type.String()),
};

export const shellCallOutput = defineItem({
  type: 'shell_call_output',
  prefix: 'sho',
  prefixEnforced: false,
  example: {
    type: 'shell_call_output',
    call_id: 'call_1',
    output: [{ outcome: { type: 'exit', exit_code: 0 }, stderr: '', stdout: 'lakes.txt' }],
  },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('shell_call_output'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    output: Type.Array(Type.Object(shellOutput)),
    caller: Type.Optional(nullable(Caller)),
    max_output_length: Type.Optional(nullable(Type.Integer())),
    status: omittable(Status),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('shell_call_output'),
    status: Status,
    call_id: Type.String(),
    max_output_length: nullable(Type.Integer()),
    output: Type.Array(Type.Object(shellOutput)),
    caller: Type.Optional(nullable(Caller)),
    created_by: Type.Optional(Type.String()),
  }),
  defaults: { max_output_length: null, status: 'completed' },
});

const operation = Type.Union([
  Type.Object({ type: Type.Literal('create_file'), diff: Type.String(), path: Type.String() }),
  Type.Object({ type: Type.Literal('delete_file'), path: Type.String() }),
  Type.Object({ type: Type.Literal('update_file'), diff: Type.String(), path: Type.String() }),
]);
const PatchStatus = Type.Enum(['in_progress', 'completed']);

export const applyPatchCall = defineItem({
  type: 'apply_patch_call',
  prefix: 'apc',
  example: {
    type: 'apply_patch_call',
    status: 'completed',
    call_id: 'call_1',
    operation: { type: 'delete_file', path: 'lakes.txt' },
  },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('apply_patch_call'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    operation,
    status: PatchStatus,
    caller: Type.Optional(nullable(Caller)),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('apply_patch_call'),
    status: PatchStatus,
    call_id: Type.String(),
    operation,
    caller: Type.Optional(nullable(Caller)),
    created_by: Type.Optional(Type.String()),
  }),
});

const PatchOutcome = Type.Enum(['completed', 'failed']);

export const applyPatchCallOutput = defineItem({
  type: 'apply_patch_call_output',
  prefix: 'apco',
  prefixEnforced: false,
  example: { type: 'apply_patch_call_output', status: 'failed', call_id: 'call_1' },
  create: Type.Object({
    id: omittable(Id),
    type: Type.Literal('apply_patch_call_output'),
    created_by: Type.Optional(Type.String()),
    call_id: CallId,
    status: PatchOutcome,
    caller: Type.Optional(nullable(Caller)),
    output: Type.Optional(nullable(Type.String())),
  }),
  returned: Type.Object({
    id: Type.String(),
    type: Type.Literal('apply_patch_call_output'),
    status: PatchOutcome,
    call_id: Type.String(),
    caller: Type.Optional(nullable(Caller)),
    output: Type.Optional(nullable(Type.String())),
    created_by: Type.Optional(Type.String()),
  }),
});
