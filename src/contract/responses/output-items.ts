/** The items that a model makes, as answers and stream events have them. */

import { Type, type Static } from 'typebox';
import { OutputText, Refusal } from '../items/content.ts';
import { customToolCall, functionCall } from '../items/function-tools.ts';
import { mcpApprovalRequest, mcpCall, mcpListTools } from '../items/mcp.ts';
import { Phase } from '../items/message.ts';
import { compaction, reasoning } from '../items/model-state.ts';
import { nullable, Status } from '../schema/schema.ts';

const OutputMessage = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal('message'),
    status: Status,
    content: Type.Array(Type.Union([OutputText, Refusal])),
    role: Type.Literal('assistant'),
    phase: Type.Optional(nullable(Phase)),
  },
  { title: 'OutputMessage' },
);
const OutputReasoning = Type.Object(reasoning.returned.properties, { title: 'OutputReasoning' });
const OutputFunctionCall = Type.Object(functionCall.returned.properties, {
  title: 'OutputFunctionCall',
});
const OutputCustomToolCall = Type.Object(
  { ...customToolCall.returned.properties, id: Type.String(), status: Type.Optional(Status) },
  { title: 'OutputCustomToolCall' },
);

export const OutputCompaction = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal('compaction'),
    encrypted_content: compaction.returned.properties.encrypted_content,
  },
  { title: 'OutputCompaction' },
);

const OutputMcpListTools = Type.Object(mcpListTools.returned.properties, {
  title: 'OutputMcpListTools',
});
const OutputMcpCall = Type.Object(mcpCall.returned.properties, { title: 'OutputMcpCall' });
const OutputMcpApprovalRequest = Type.Object(mcpApprovalRequest.returned.properties, {
  title: 'OutputMcpApprovalRequest',
});

export const OutputItem = Type.Union(
  [
    OutputMessage,
    OutputReasoning,
    OutputFunctionCall,
    OutputCustomToolCall,
    OutputMcpListTools,
    OutputMcpCall,
    OutputMcpApprovalRequest,
    OutputCompaction,
  ],
  { title: 'OutputItem' },
);
export type OutputItem = Static<typeof OutputItem>;
