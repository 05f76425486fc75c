/** The compaction of a conversation on request. */

import { Type, type TSchema } from 'typebox';
import { nullable } from '../schema/schema.ts';
import { OutputCompaction } from './output-items.ts';
import type { ParameterSubset } from './parameters/table.ts';
import { responseUsage, Usage, type TokenUsage } from './usage.ts';

/** Parameters of a compaction. OpenAI's service lacks `conversation` here. */
export const COMPACTION_PARAMETERS: ParameterSubset = {
  names: [
    'model',
    'input',
    'instructions',
    'conversation',
    'previous_response_id',
    'image',
    'prompt_cache_key',
    'prompt_cache_options',
    'prompt_cache_retention',
    'service_tier',
  ],
  ignored: {},
  title: 'CompactResponse',
};

/** Makes the schema of a compaction; `message` is that of a stored message. */
export function compactionSchema(message: TSchema): TSchema {
  return Type.Object(
    {
      id: Type.String(),
      object: Type.Literal('response.compaction'),
      created_at: Type.Integer({ description: 'Unix seconds', format: 'unixtime' }),
      output: Type.Array(Type.Union([message, OutputCompaction]), {
        description:
          'Leading system and developer messages, messages of the user, and the compaction: the input to go on with',
      }),
      usage: nullable(Usage),
    },
    { title: 'ResponseCompaction' },
  );
}

export interface CompactionParams {
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly output: readonly unknown[];
  readonly usage: TokenUsage | null;
}

/** Returns the answer to a compaction. */
export function compactionObject({ id, createdAt, output, usage }: CompactionParams): object {
  return {
    id,
    object: 'response.compaction',
    created_at: Math.floor(createdAt / 1000),
    output,
    usage: usage === null ? null : responseUsage(usage),
  };
}
