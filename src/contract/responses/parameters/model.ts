import { Type, type Static } from 'typebox';
import { AnyObject, nullable, omittable } from '../../schema/schema.ts';
import { parameter, rendered, repeated } from './parameter.ts';

const Effort = Type.Enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);
const Summary = Type.Enum(['auto', 'concise', 'detailed']);
const ReasoningContext = Type.Enum(['auto', 'current_turn', 'all_turns']);
const ReasoningParam = Type.Object(
  {
    effort: omittable(Effort),
    summary: omittable(Summary),
    generate_summary: omittable(Summary),
    context: omittable(ReasoningContext),
    mode: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
const Reasoning = Type.Object(
  {
    context: nullable(ReasoningContext),
    effort: nullable(Effort),
    mode: Type.Optional(Type.String()),
    summary: nullable(Summary),
  },
  { title: 'ReasoningConfig' },
);

const plainFormats = [
  Type.Object({ type: Type.Literal('text') }, { title: 'TextFormat' }),
  Type.Object({ type: Type.Literal('json_object') }, { title: 'JsonObjectFormat' }),
] as const;
const JsonSchemaFormatParam = Type.Object(
  {
    type: Type.Literal('json_schema'),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    schema: AnyObject,
    description: Type.Optional(Type.String()),
    strict: omittable(Type.Boolean()),
  },
  { title: 'JsonSchemaFormatParam' },
);
const JsonSchemaFormat = Type.Object(
  {
    type: Type.Literal('json_schema'),
    description: nullable(Type.String()),
    name: Type.String(),
    schema: AnyObject,
    strict: Type.Boolean(),
  },
  { title: 'JsonSchemaFormat' },
);
const Verbosity = Type.Enum(['low', 'medium', 'high']);
const TextParam = Type.Object(
  {
    format: Type.Optional(Type.Union([...plainFormats, JsonSchemaFormatParam])),
    verbosity: omittable(Verbosity),
  },
  { additionalProperties: false },
);
const TextConfig = Type.Object(
  { format: Type.Union([...plainFormats, JsonSchemaFormat]), verbosity: Verbosity },
  { title: 'TextConfig' },
);

const Penalty = Type.Number({ minimum: -2, maximum: 2 });

/** Parameters for the model and its answer. */
export const MODEL_PARAMETERS = {
  model: parameter({
    use: 'pass',
    description: "The model's name on its server. Without it, the server's default model.",
    schema: Type.String({ minLength: 1 }),
  }),
  max_output_tokens: repeated({
    use: 'pass',
    description:
      'Limit of the answer, reasoning included. At the limit the response is `incomplete`.',
    schema: Type.Integer({ minimum: 16 }),
    default: null,
  }),
  temperature: repeated({
    use: 'pass',
    description: "Sent only if given: otherwise the model server's own default applies.",
    schema: Type.Number({ minimum: 0, maximum: 2 }),
    default: 1,
  }),
  top_p: repeated({
    use: 'pass',
    description: 'As `temperature`.',
    schema: Type.Number({ minimum: 0, maximum: 1 }),
    default: 1,
  }),
  frequency_penalty: repeated({
    use: 'pass',
    description: 'As `temperature`.',
    schema: Penalty,
    default: 0,
  }),
  presence_penalty: repeated({
    use: 'pass',
    description: 'As `temperature`.',
    schema: Penalty,
    default: 0,
  }),
  top_logprobs: repeated({
    use: 'pass',
    description:
      'Alternatives for each token. They are in the answer only with `message.output_text.logprobs` in `include`.',
    schema: Type.Integer({ minimum: 0, maximum: 20 }),
    default: 0,
  }),
  text: rendered(
    {
      use: 'pass',
      description:
        'Form of the answer: `format` is `text`, `json_object` or `json_schema` with a `name` and a `schema`. `verbosity` is sent to servers that know it.',
      schema: TextParam,
    },
    TextConfig,
    repeatedText,
  ),
  reasoning: rendered(
    {
      use: 'pass',
      description:
        '`effort` and `context` as the model server takes them. `summary` is for servers that write summaries; none is made here. `mode` is only repeated.',
      schema: ReasoningParam,
    },
    Reasoning,
    repeatedReasoning,
  ),
};

function repeatedText({ format, verbosity }: Static<typeof TextParam> = {}): Static<
  typeof TextConfig
> {
  return { format: repeatedFormat(format), verbosity: verbosity ?? 'medium' };
}

function repeatedFormat(
  format: Static<typeof TextParam>['format'] = { type: 'text' },
): Static<typeof TextConfig>['format'] {
  if (format.type !== 'json_schema') return { type: format.type };
  const { type, description = null, name, schema, strict } = format;
  return { type, description, name, schema, strict: strict ?? false };
}

function repeatedReasoning(
  reasoning: Static<typeof ReasoningParam> = {},
): Static<typeof Reasoning> {
  const { context, effort, mode, summary, generate_summary: older } = reasoning;
  return {
    context: context ?? null,
    effort: effort ?? null,
    ...(mode !== undefined && { mode }),
    summary: summary ?? older ?? null,
  };
}
