/** Model Context Protocol: tool lists, approvals, calls. */

import { Type } from 'typebox';
import { AnyStatus, Id, nullable, omittable } from '../schema/schema.ts';
import { defineItem } from './define.ts';

/** The mark of a request for an approval that a response of this server has made. An item that a caller sends loses it. */
export const ISSUED = 'issued_here';

const mcpListToolsFields = {
  type: Type.Literal('mcp_list_tools'),
  server_label: Type.String(),
  tools: Type.Array(
    Type.Object({
      name: Type.String(),
      input_schema: Type.Unknown(),
      annotations: Type.Optional(Type.Unknown()),
      description: Type.Optional(nullable(Type.String())),
    }),
  ),
  error: Type.Optional(nullable(Type.String())),
};

export const mcpListTools = defineItem({
  type: 'mcp_list_tools',
  prefix: 'mcpl',
  example: {
    id: 'mcpl_1',
    type: 'mcp_list_tools',
    server_label: 'lakes',
    tools: [{ name: 'find', input_schema: { type: 'object' } }],
  },
  create: Type.Object({ id: Id, ...mcpListToolsFields }),
  returned: Type.Object({ id: Type.String(), ...mcpListToolsFields }),
});

const mcpApprovalRequestFields = {
  type: Type.Literal('mcp_approval_request'),
  server_label: Type.String(),
  name: Type.String(),
  arguments: Type.String(),
};

export const mcpApprovalRequest = defineItem({
  type: 'mcp_approval_request',
  prefix: 'mcpr',
  example: {
    id: 'mcpr_1',
    type: 'mcp_approval_request',
    server_label: 'lakes',
    name: 'find',
    arguments: '{}',
  },
  create: Type.Object({ id: Id, ...mcpApprovalRequestFields }),
  handling: 'checked',
  returned: Type.Object({
    id: Type.String(),
    ...mcpApprovalRequestFields,
    [ISSUED]: Type.Optional(
      Type.Literal(true, { description: 'Set on a request of a response that was made here.' }),
    ),
  }),
  // Only a response may say that it has issued a request.
  normalise: ({ [ISSUED]: _issued, ...item }) => item,
});

const mcpApprovalResponseFields = {
  type: Type.Literal('mcp_approval_response'),
  approval_request_id: Type.String(),
  approve: Type.Boolean(),
  reason: Type.Optional(nullable(Type.String())),
};

export const mcpApprovalResponse = defineItem({
  type: 'mcp_approval_response',
  prefix: 'mcpa',
  prefixEnforced: false,
  example: { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true },
  create: Type.Object({ id: omittable(Id), ...mcpApprovalResponseFields }),
  handling: 'checked',
  returned: Type.Object({ id: Type.String(), ...mcpApprovalResponseFields }),
  defaults: { reason: null },
});

const mcpCallFields = {
  type: Type.Literal('mcp_call'),
  server_label: Type.String(),
  name: Type.String(),
  arguments: Type.String(),
  approval_request_id: Type.Optional(nullable(Type.String())),
  error: Type.Optional(
    nullable(
      Type.Union([
        Type.Object({
          type: Type.Literal('mcp_protocol_error'),
          code: Type.Number(),
          message: Type.String(),
        }),
        Type.Object({ type: Type.Literal('mcp_tool_execution_error'), content: Type.Unknown() }),
        Type.Object({
          type: Type.Literal('http_error'),
          code: Type.Number(),
          message: Type.String(),
        }),
      ]),
    ),
  ),
  output: Type.Optional(nullable(Type.String())),
};
const McpStatus = Type.Enum(['in_progress', 'completed', 'incomplete', 'calling', 'failed']);

export const mcpCall = defineItem({
  type: 'mcp_call',
  prefix: 'mcp',
  example: {
    id: 'mcp_1',
    type: 'mcp_call',
    server_label: 'lakes',
    name: 'find',
    arguments: '{}',
  },
  create: Type.Object({ id: Id, ...mcpCallFields, status: Type.Optional(McpStatus) }),
  handling: 'checked',
  accept: Type.Object({
    type: Type.Literal('mcp_call'),
    server_label: Type.String(),
    name: Type.String(),
    arguments: Type.String(),
    output: Type.Optional(nullable(Type.String())),
    status: omittable(AnyStatus),
  }),
  returned: Type.Object({
    id: Type.String(),
    ...mcpCallFields,
    status: Type.Optional(McpStatus),
  }),
  defaults: { approval_request_id: null, error: null, output: null },
});
