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
        'Tools of the types `function`, `custom` and `namespace`, which the application runs. Other types are refused.',
      schema: Type.Array(ToolParam),
    },
    Type.Array(RepeatedTool),
    (tools = []) => tools.map(repeatedTool),
  ),
  tool_choice: repeated({
    use: 'pass',
    description: '`allowed_tools`, `function` and `custom` name tools that must be in `tools`.',
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
    use: 'echo',
    description: 'Limit of the calls that the server makes; it makes none.',
    schema: Type.Integer({ minimum: 1 }),
    default: null,
  }),
};
