/** The number of tokens of a request. */

import { Type, type Static } from 'typebox';
import type { ParameterSubset } from './parameters/table.ts';

/** Parameters of a count. */
export const INPUT_TOKENS_PARAMETERS: ParameterSubset = {
  names: [
    'model',
    'input',
    'instructions',
    'conversation',
    'previous_response_id',
    'truncation',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'text',
    'reasoning',
  ],
  ignored: { personality: Type.String({ maxLength: 64 }) },
  title: 'CountInputTokens',
};

export const InputTokens = Type.Object(
  { object: Type.Literal('response.input_tokens'), input_tokens: Type.Integer({ minimum: 0 }) },
  { title: 'ResponseInputTokens' },
);
export type InputTokens = Static<typeof InputTokens>;
