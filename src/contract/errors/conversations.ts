import { echo, invalidRequest } from './definition.ts';
import type { Excess } from './values.ts';

/** Errors of conversations and items. */
export const CONVERSATION_ERRORS = {
  conversation_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string }) => `Conversation with id '${echo(d.id)}' not found.`,
    cause:
      'The conversation does not exist, or was deleted, or this caller may not do this to it: the answers are the same on purpose.',
    fix: 'Check the id and the key that the request was sent with. The operator finds the rule that decided with `colloquy policy check`.',
  }),
  item_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string }) => `Item with id '${echo(d.id)}' not found in conversation.`,
    cause: 'The conversation does not have an item with this id, or it was deleted.',
    fix: 'List the items of the conversation. An item of another conversation is not in this one.',
  }),
  referenced_item_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string; param: string }) => `Item with id '${echo(d.id)}' not found.`,
    param: (d) => d.param,
    cause:
      'An `item_reference` names an item that is not stored, or only in conversations that this caller may not read.',
    fix: 'Post the item itself, or the id of one that the caller can read.',
  }),
  cursor_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string; param: string }) => `No item found with id '${echo(d.id)}'`,
    param: (d) => d.param,
    cause: 'The id in `after` is not an item of this conversation, or no longer.',
    fix: 'Begin again without `after`, or continue after an item that is still there.',
  }),
  conversation_cursor_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string; param: string }) =>
      `Conversation with id '${echo(d.id)}' not found.`,
    param: (d) => d.param,
    cause:
      'The id in `after` or `before` is not a conversation that this caller may read, or no longer.',
    fix: 'Begin the list again without it.',
  }),
  day_not_found: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { value: string }) =>
      `Invalid 'after': '${echo(d.value)}'. Expected a day such as '2026-11-27'.`,
    param: () => 'after',
    cause: 'Sums by day go on after a day, and the value is not one.',
    fix: 'Send `last_id` of the page before.',
  }),
  wrong_id_prefix: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string; prefix: string }) =>
      `Invalid '${d.param}': '${echo(d.value)}'. Expected an ID that begins with '${d.prefix}'.`,
    param: (d) => d.param,
    cause: 'The id of an item, a conversation or a response does not begin as ids of its kind do.',
    fix: 'Send an id with this prefix, or leave the id of an item out where its type allows that; the server then makes one.',
  }),
  wrong_id_characters: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string }) =>
      `Invalid '${d.param}': '${echo(d.value)}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
    param: (d) => d.param,
    cause: "An item's id has other characters than letters, digits, `_` and `-`.",
    fix: 'Send another id, or none.',
  }),
  unusable_id: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string }) =>
      `Invalid '${d.param}': ${JSON.stringify(echo(d.value))}. Expected an ID without control characters and line breaks, other than '.' and '..'.`,
    param: (d) => d.param,
    cause:
      "An id has control characters, line breaks or unpaired surrogates, or is '.' or '..', which clients remove from a URL's path.",
    fix: 'Send another id, or none.',
  }),
  id_of_too_many_bytes: invalidRequest({
    status: 400,
    code: 'string_above_max_length',
    message: (d: Excess) =>
      `Invalid '${d.param}': string too long. Expected at most ${d.limit} bytes of UTF-8, but got ${d.found} instead.`,
    param: (d) => d.param,
    cause:
      "An item's id has many characters outside of ASCII. An index entry of PostgreSQL ends at 2,704 bytes.",
    fix: 'Send a shorter id, or none.',
  }),
  unusable_type: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string }) =>
      `Invalid '${d.param}': ${JSON.stringify(echo(d.value))}. Expected a type of at most 64 letters, digits, and any of '_.:/-'.`,
    param: (d) => d.param,
    cause: 'The type of an item is not a name.',
    fix: 'Send the type as the model server named it.',
  }),
  misspelt_type: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string; value: string; meant: string }) =>
      `Invalid value: '${echo(d.value)}'. Did you mean '${d.meant}'?`,
    param: (d) => d.param,
    cause: 'The type of an item is unknown, and differs from a known one by a letter or two.',
    fix: 'Correct the type. Items of types that are unlike any known one are kept as they are.',
  }),
  item_already_in_conversation: invalidRequest({
    status: 400,
    code: 'item_already_in_conversation',
    message: () => 'Item already in conversation',
    param: (d: { param: string }) => d.param,
    cause:
      'An id that was posted is in this conversation already, or twice in the request. Nothing was stored. After a lost answer it means that the first attempt was stored.',
    fix: 'Leave out what is there already.',
  }),
  invalid_item: invalidRequest({
    status: 400,
    code: 'invalid_item',
    message: () => 'Invalid item',
    param: () => 'item',
    cause: 'A `reasoning` item has neither an id nor `encrypted_content`.',
    fix: 'Send one of the two.',
  }),
};
