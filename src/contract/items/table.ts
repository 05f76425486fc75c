import type { Static } from 'typebox';
import type { ItemDefinition } from './define.ts';
import * as functionTools from './function-tools.ts';
import * as hostedTools from './hosted-tools.ts';
import * as mcp from './mcp.ts';
import { message } from './message.ts';
import * as modelState from './model-state.ts';
import * as shells from './shells.ts';

/** Every item type that can be stored, in the order in which errors list the types. */
export const ITEM_DEFINITIONS = [
  message,
  functionTools.functionCall,
  functionTools.functionCallOutput,
  hostedTools.fileSearchCall,
  hostedTools.webSearchCall,
  hostedTools.imageGenerationCall,
  hostedTools.computerCall,
  hostedTools.computerCallOutput,
  functionTools.toolSearchCall,
  functionTools.toolSearchOutput,
  functionTools.additionalTools,
  modelState.configurationUpdate,
  modelState.reasoning,
  modelState.compaction,
  modelState.program,
  modelState.programOutput,
  hostedTools.codeInterpreterCall,
  shells.localShellCall,
  shells.localShellCallOutput,
  shells.shellCall,
  shells.shellCallOutput,
  shells.applyPatchCall,
  shells.applyPatchCallOutput,
  mcp.mcpListTools,
  mcp.mcpApprovalRequest,
  mcp.mcpApprovalResponse,
  mcp.mcpCall,
  functionTools.customToolCall,
  functionTools.customToolCallOutput,
] as const;

type Definition = (typeof ITEM_DEFINITIONS)[number];

/** An item as it is stored and served. */
export type ConversationItem = Static<Definition['returned']>;
/** An item as a caller may send it. */
export type InputItem =
  | Static<Definition['create']>
  | { id: string; type?: 'item_reference' | null };

/** The type that names a stored item in place of an item. */
export const ITEM_REFERENCE = 'item_reference';
/** Types that a caller may send, in the order in which errors list them. */
export const CREATABLE_TYPES: readonly string[] = [
  ...ITEM_DEFINITIONS.map(({ type }) => type),
  ITEM_REFERENCE,
];

const BY_TYPE: ReadonlyMap<string, ItemDefinition> = new Map(
  ITEM_DEFINITIONS.map((definition) => [definition.type, definition]),
);

/** Returns the table's entry for a type, if there is one. */
export function itemDefinition(type: string): ItemDefinition | undefined {
  return BY_TYPE.get(type);
}
