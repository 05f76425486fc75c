import { Type, type TSchema } from 'typebox';
import { omittable, Text } from '../../schema/schema.ts';
import { parameter, refused, repeated } from './parameter.ts';

/** Makes the schema of `input`. The document has the schema of items; the parser checks each item by itself. */
export function inputSchema(item: TSchema, mostItems?: number) {
  const limit = mostItems === undefined ? {} : { maxItems: mostItems };
  return Type.Union([Text, Type.Array(item, limit)]);
}

const ContextManagement = Type.Object(
  {
    type: Type.Literal('compaction'),
    compact_threshold: omittable(Type.Integer({ minimum: 1000 })),
  },
  { title: 'ContextManagement', additionalProperties: false },
);

/** Parameters for what the model is shown. */
export const CONTEXT_PARAMETERS = {
  input: parameter({
    use: 'honour',
    description:
      'A text, which is one message of the user, or a list of items. May be left out if a conversation or a response is continued.',
    schema: inputSchema(Type.Unknown()),
  }),
  instructions: repeated({
    use: 'pass',
    description: 'Instructions for this response alone. They do not become an item.',
    schema: Text,
    default: null,
  }),
  conversation: parameter({
    use: 'honour',
    description:
      'The conversation to continue, by id. Input and output are appended to it when the response is completed. Not together with `previous_response_id`.',
    schema: Type.Union([Type.String(), Type.Object({ id: Type.String() })]),
  }),
  previous_response_id: repeated({
    use: 'honour',
    description:
      "The response to continue, by id. The model is shown that response's input and output; nothing else of it applies.",
    schema: Type.String(),
    default: null,
  }),
  truncation: repeated({
    use: 'honour',
    description:
      "With `auto`, the oldest turns of a context that is too long for the model are left out of what it is shown. With `disabled`, such a request fails with the model server's own error.",
    schema: Type.Enum(['auto', 'disabled']),
    default: 'disabled',
  }),
  context_management: parameter({
    use: 'honour',
    description:
      'One entry of the type `compaction`: when the context and the answer have more tokens than `compact_threshold`, the model summarises them, and later requests are shown the summary. Without a threshold, three quarters of the length of the context.',
    schema: Type.Array(ContextManagement, { maxItems: 1 }),
  }),
  prompt: parameter({
    use: 'refuse',
    description: 'There are no prompt templates.',
    schema: Type.Null(),
    known: Type.Unknown(),
  }),
  moderation: refused('Nothing is moderated.'),
  access_programs: refused('There are no access programs.'),
  image: parameter({
    use: 'refuse',
    description: 'Images in the context are not compressed.',
    schema: Type.Null(),
    known: Type.Unknown(),
  }),
};
