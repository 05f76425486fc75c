import { Type, type Static } from 'typebox';

/** Values of `include`, in the order in which OpenAI lists them. */
export const Include = Type.Enum(
  [
    'file_search_call.results',
    'web_search_call.results',
    'web_search_call.action.sources',
    'message.input_image.image_url',
    'computer_call_output.output.image_url',
    'code_interpreter_call.outputs',
    'reasoning.encrypted_content',
    'message.output_text.logprobs',
  ],
  { title: 'Includable' },
);
export type Include = Static<typeof Include>;

/** A field of items that is served only if the request includes it. */
export interface Governed {
  readonly include: Include;
  /** Text that the JSON of an item contains if there is something to hide. It spares parsing the other items. */
  readonly marker: string;
  /** Set for a field that is hidden under the strict rules alone. */
  readonly strictOnly?: boolean;
  /** Hides the field in a freshly parsed item. */
  hide(item: Record<string, unknown>): void;
}
