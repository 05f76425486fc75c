import { echo, invalidRequest } from './definition.ts';

/** Errors of forks, rewinds and conditional requests. */
export const BRANCH_ERRORS = {
  place_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string; param: string }) => `No item found with id '${echo(d.id)}'`,
    param: (d) => d.param,
    cause: 'The id in `after` or `before` is not an item of the conversation, or no longer.',
    fix: 'List the items of the conversation, and name one of them.',
  }),
  one_place_required: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: () => "Missing required parameter: one of 'after' and 'before'.",
    param: () => 'after',
    cause: 'A rewind names no item.',
    fix: 'Send `after` with the last item to keep, or `before` with the first one to remove.',
  }),
  conversation_too_long: invalidRequest({
    status: 400,
    code: 'conversation_too_long',
    message: (d: { limit: string }) =>
      `The request would copy or remove more than ${d.limit} of the conversation.`,
    cause:
      'A fork would copy, or a rewind remove, more than `--max-history-items` items, or items of more than `--max-history-bytes` bytes. Nothing was done.',
    fix: 'Fork at an earlier item, rewind in several steps from the end, or raise the setting.',
  }),
  history_changed: invalidRequest({
    status: 400,
    code: 'history_changed',
    message: () =>
      "The items that would be removed are not those of 'expected_item_ids'. Nothing was done.",
    param: () => 'expected_item_ids',
    cause: 'Items were appended or deleted since the caller has read them.',
    fix: 'Read the items again, and decide anew.',
  }),
  precondition_failed: invalidRequest({
    status: 412,
    code: 'precondition_failed',
    message: () => "The conversation has another revision than those of 'If-Match'.",
    param: () => 'If-Match',
    cause:
      'The conversation, its metadata or its items were changed since the caller has read them. Nothing was done.',
    fix: 'Read the conversation again, and send the value of its `etag`.',
  }),
  invalid_entity_tags: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string }) =>
      `Invalid '${d.param}': expected '*' or a list of entity tags such as '"r17"'.`,
    param: (d) => d.param,
    cause: 'The header is not a list of entity tags. A tag is in double quotes.',
    fix: 'Send the value of `etag` as it was answered, with its quotes.',
  }),
};
