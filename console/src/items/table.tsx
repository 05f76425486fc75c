import type { ComponentType } from 'preact';
import type { Item, ItemType } from '../api/objects.ts';
import * as calls from './calls.tsx';
import { CodeInterpreter, FileSearch, GeneratedImage, WebSearch } from './hosted.tsx';
import { ApprovalRequest, ApprovalResponse, McpCall, McpTools } from './mcp.tsx';
import { Message } from './message.tsx';
import { AddedTools, Compaction, Configuration, Reasoning } from './model-state.tsx';

export interface View {
  /** Draws what the type is about. */
  readonly Body: ComponentType<{ readonly item: Item }>;
  /** The fields that the body draws. Others are shown below it, closed. */
  readonly fields: readonly string[];
  /** Whether it stands in a card, with the name of its tool above it. */
  readonly isCard: boolean;
}

function plain(Body: View['Body'], ...fields: readonly string[]): View {
  return { Body, fields, isCard: false };
}

function card(Body: View['Body'], ...fields: readonly string[]): View {
  return { Body, fields, isCard: true };
}

/** How each type is drawn. A type that the server learns does not compile here until it is in the table. */
const VIEWS = {
  message: plain(Message, 'content', 'phase', 'role'),
  reasoning: plain(Reasoning, 'summary', 'content', 'encrypted_content'),
  compaction: plain(Compaction, 'encrypted_content'),
  additional_tools: plain(AddedTools, 'tools', 'role'),
  configuration_update: plain(Configuration, 'reasoning', 'text'),
  mcp_list_tools: plain(McpTools, 'tools', 'error', 'server_label'),
  mcp_approval_response: plain(ApprovalResponse, 'approval_request_id', 'approve', 'reason'),

  web_search_call: card(WebSearch, 'action'),
  file_search_call: card(FileSearch, 'queries', 'results'),
  image_generation_call: card(
    GeneratedImage,
    'result',
    'revised_prompt',
    'output_format',
    'size',
    'quality',
    'background',
    'action',
    'error',
  ),
  code_interpreter_call: card(CodeInterpreter, 'code', 'outputs', 'container_id'),
  mcp_call: card(
    McpCall,
    'arguments',
    'output',
    'error',
    'name',
    'server_label',
    'approval_request_id',
  ),
  mcp_approval_request: card(ApprovalRequest, 'arguments', 'name', 'server_label'),

  function_call: card(calls.Arguments, 'arguments', 'name'),
  function_call_output: card(calls.Output, 'output'),
  custom_tool_call: card(calls.Input, 'input', 'name'),
  custom_tool_call_output: card(calls.Output, 'output'),
  tool_search_call: card(calls.ToolSearch, 'arguments', 'execution'),
  tool_search_output: card(calls.FoundTools, 'tools', 'execution'),
  local_shell_call: card(calls.LocalShell, 'action'),
  local_shell_call_output: card(calls.Output, 'output'),
  shell_call: card(calls.Shell, 'action', 'environment'),
  shell_call_output: card(calls.ShellOutput, 'output'),
  apply_patch_call: card(calls.Patch, 'operation'),
  apply_patch_call_output: card(calls.Output, 'output'),
  computer_call: card(calls.Computer, 'action', 'actions', 'pending_safety_checks'),
  computer_call_output: card(calls.Screenshot, 'output', 'acknowledged_safety_checks'),
  program: card(calls.Program, 'code', 'fingerprint'),
  program_output: card(calls.Result, 'result'),
} satisfies Record<ItemType, View>;

/** Returns how a type is drawn; `undefined` for one that this page does not know. */
export function viewOf(type: string): View | undefined {
  return Object.hasOwn(VIEWS, type) ? VIEWS[type as ItemType] : undefined;
}
