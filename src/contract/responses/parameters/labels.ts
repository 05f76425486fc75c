import { Type } from 'typebox';
import { omittable } from '../../schema/schema.ts';
import { parameter, repeated } from './parameter.ts';

/** Parameters for accounts, tiers and caches of OpenAI's service. */
export const LABEL_PARAMETERS = {
  service_tier: repeated({
    use: 'pass',
    description:
      'Sent to servers that know it. There are no tiers here: `auto` becomes `default` when the response ends.',
    schema: Type.Enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']),
    default: 'auto',
  }),
  safety_identifier: repeated({
    use: 'pass',
    description: "The application's user; sent to servers that know it.",
    schema: Type.String({ maxLength: 64 }),
    default: null,
  }),
  user: repeated({
    use: 'pass',
    description: 'An older name of `safety_identifier`, used without it.',
    schema: Type.String(),
    default: null,
  }),
  prompt_cache_key: repeated({
    use: 'pass',
    description: 'Sent to servers that know it.',
    schema: Type.String(),
    default: null,
  }),
  prompt_cache_retention: repeated({
    use: 'echo',
    description: 'The model server decides what it caches.',
    schema: Type.Enum(['in_memory', '24h']),
    default: null,
  }),
  prompt_cache_options: repeated({
    use: 'echo',
    description: 'As `prompt_cache_retention`.',
    schema: Type.Object(
      {
        comparison_response_id: omittable(Type.String()),
        mode: Type.Optional(Type.Enum(['implicit', 'explicit'])),
        prewarm: Type.Optional(Type.Boolean()),
        ttl: Type.Optional(Type.Enum(['30m', '12h'])),
      },
      { title: 'PromptCacheOptions' },
    ),
    default: null,
  }),
  client_metadata: parameter({
    use: 'ignore',
    description: "What Codex tells OpenAI's service about itself.",
    schema: Type.Record(Type.String(), Type.Unknown()),
  }),
};
