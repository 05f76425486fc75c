import { Type, type Static } from 'typebox';

/** What `include` can ask for, in the order in which OpenAI lists it. */
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

/** A part of an item that is served only to those who ask for it. */
export interface Governed {
  readonly include: Include;
  /** Text that stands in an item's JSON whenever there is something to hide; spares parsing the others. */
  readonly marker: string;
  /** Hides it in a freshly parsed item. */
  hide(item: Record<string, unknown>): void;
}
