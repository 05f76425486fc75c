import type { ComponentType } from 'preact';
import type { Item, ItemType } from '../api/objects.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { CodeView, ImageView, SearchView } from './hosted.tsx';
import { ApprovalRequest, ApprovalResponse, McpCall, McpTools } from './mcp.tsx';
import { Message } from './message.tsx';
import { Compaction, Reasoning } from './model-state.tsx';
import { Tree } from './tree.tsx';

export type View = ComponentType<{ readonly item: Item; readonly items: ItemWindow }>;

/** How each type is drawn. A type that the server learns does not compile here until it is in the table. */
const VIEWS = {
  message: Message,
  reasoning: Reasoning,
  compaction: Compaction,
  web_search_call: SearchView,
  file_search_call: SearchView,
  image_generation_call: ImageView,
  code_interpreter_call: CodeView,
  mcp_call: McpCall,
  mcp_list_tools: McpTools,
  mcp_approval_request: ApprovalRequest,
  mcp_approval_response: ApprovalResponse,
  additional_tools: Tree,
  configuration_update: Tree,
  // Calls and outputs are one card, which the transcript draws.
  function_call: Tree,
  function_call_output: Tree,
  custom_tool_call: Tree,
  custom_tool_call_output: Tree,
  tool_search_call: Tree,
  tool_search_output: Tree,
  computer_call: Tree,
  computer_call_output: Tree,
  local_shell_call: Tree,
  local_shell_call_output: Tree,
  shell_call: Tree,
  shell_call_output: Tree,
  apply_patch_call: Tree,
  apply_patch_call_output: Tree,
  program: Tree,
  program_output: Tree,
} satisfies Record<ItemType, View>;

/** Returns how a type is drawn; `undefined` for one that this page does not know. */
export function viewOf(type: string): View | undefined {
  return Object.hasOwn(VIEWS, type) ? VIEWS[type as ItemType] : undefined;
}
