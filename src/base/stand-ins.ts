/** Types of OpenAI's hosted tools that an MCP server may stand in for. */
export const STAND_IN_TYPES = ['web_search', 'file_search', 'code_interpreter'] as const;
export type StandInType = (typeof STAND_IN_TYPES)[number];
