import { Type } from 'typebox';
import { ToolChoice } from '../tool-choice.ts';
import { RepeatedTool, repeatedTool, ToolParam } from '../tools.ts';
import { rendered, repeated } from './parameter.ts';

/** Parameters for the tools of the model. */
export const TOOL_PARAMETERS = {
  tools: rendered(
    {
      use: 'pass',
      description:
        'Tools of the types `function`, `custom` and `namespace`, which the application runs, and `mcp`, which the server runs ([tools.md](tools.md)). `web_search`, `file_search` and `code_interpreter` are taken where the operator has an MCP server for them. Other types are refused.',
      schema: Type.Array(ToolParam),
    },
    Type.Array(RepeatedTool),
    (tools = []) => tools.map(repeatedTool),
  ),
  tool_choice: repeated({
    use: 'pass',
    description:
      '`allowed_tools`, `function`, `custom` and `mcp` name tools that must be in `tools`.',
    schema: ToolChoice,
    default: 'auto',
  }),
  parallel_tool_calls: repeated({
    use: 'pass',
    description:
      'Sent only with tools and if given. Not enforced: no call of the model is dropped.',
    schema: Type.Boolean(),
    default: true,
  }),
  max_tool_calls: repeated({
    use: 'honour',
    description:
      'Most calls of tools that the server runs, for one response. The model is told of further ones that they were not made.',
    schema: Type.Integer({ minimum: 1 }),
    default: null,
  }),
};
