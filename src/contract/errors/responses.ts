import { echo, invalidRequest, serverError } from './definition.ts';

/** Errors of responses, and of the parameters that create them. */
export const RESPONSE_ERRORS = {
  missing_input: invalidRequest({
    status: 400,
    code: 'missing_required_parameter',
    message: () =>
      `One of "input" or "previous_response_id" or 'prompt' or 'conversation' must be provided.`,
    cause: 'The request has no input, and nothing that the model could continue.',
    fix: 'Send `input`, or continue a conversation or a response. `prompt` is not supported here.',
  }),
  conversation_and_previous_response: invalidRequest({
    status: 400,
    code: 'mutually_exclusive_parameters',
    message: () =>
      "Mutually exclusive parameters: ''. Ensure you are only providing one of: 'pre..._id' or 'conversation'.",
    cause: 'The request has both `conversation` and `previous_response_id`.',
    fix: 'Send one of them.',
  }),
  nothing_to_compact: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: () => 'There is nothing to compact: the conversation has no items.',
    param: () => 'input',
    cause:
      'The request names a conversation or a response without items, or has only system and developer messages.',
    fix: 'Compact a conversation that has turns.',
  }),
  unsupported_parameter: invalidRequest({
    status: 400,
    code: 'unsupported_parameter',
    message: (d: { param: string }) =>
      `Unsupported parameter: '${d.param}' is not supported by this server.`,
    param: (d) => d.param,
    cause:
      "The parameter is one of OpenAI's, and this server does not have its function; or it has not for this value.",
    fix: 'Leave the parameter out; [responses-parameters.md](responses-parameters.md) lists what each takes.',
  }),
  tool_choice_not_found: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { name: string }) =>
      `Tool choice '${echo(d.name)}' not found in 'tools' parameter.`,
    param: () => 'tool_choice',
    cause: '`tool_choice` names a tool that is not in `tools`, or of another type there.',
    fix: 'Send the tool with every request: tools are not remembered.',
  }),
  conversation_locked: invalidRequest({
    status: 400,
    code: 'conversation_locked',
    message: () =>
      'Another process is currently operating on this conversation. Please retry in a few seconds.',
    param: () => 'conversation',
    cause: 'Another response is being made in the conversation, and did not end in time.',
    fix: 'Retry when it has ended. Responses of one conversation are made one after the other.',
  }),
  turn_not_stored: serverError({
    status: 503,
    code: 'server_error',
    message: () => 'The response could not be stored. Please send the request again.',
    cause:
      'The model had answered, and the database did not take the answer. Nothing of it is stored.',
    fix: 'Send the request again. The operator finds the reason in the log.',
  }),
  turn_stopped: serverError({
    status: 503,
    code: 'server_error',
    message: () =>
      'The response was stopped before it was complete. Please send the request again.',
    cause: 'The server is about to stop, or the response took longer than an hour.',
    fix: 'Send the request again.',
  }),
  turn_overtaken: serverError({
    status: 409,
    code: 'server_error',
    message: () =>
      'The turn of this response has ended before it: the conversation was deleted for a moment, or this server was silent for too long and another response has begun. Please send the request again.',
    cause:
      'The conversation was deleted and restored while the response was made. Or the process that made it stood still for more than 15 seconds, so another one took its place. Nothing of the response is stored.',
    fix: 'Send the request again.',
  }),
  background_not_stored: invalidRequest({
    status: 400,
    code: 'unsupported_parameter',
    message: () => "Unsupported parameter: 'background' needs 'store' to be true.",
    param: () => 'background',
    cause:
      'A response in the background is fetched later, and `store: false` leaves nothing to fetch.',
    fix: 'Leave one of the two out.',
  }),
  response_interrupted: invalidRequest({
    status: 400,
    code: 'response_interrupted',
    message: () => 'The response was cancelled: another request has interrupted it.',
    cause:
      'A later request of the conversation had the header `x-colloquy-when-busy: interrupt`, and came before the model had begun to answer this one.',
    fix: 'Nothing is to be done: the later request has taken the place of this one.',
  }),
  previous_response_not_found: invalidRequest({
    status: 400,
    code: 'previous_response_not_found',
    message: (d: { id: string }) => `Previous response with id '${echo(d.id)}' not found.`,
    param: () => 'previous_response_id',
    cause:
      'The response does not exist, was deleted, was made with `store: false`, has failed, was cancelled, has not ended yet, or may not be read by this caller.',
    fix: 'Continue a response that is stored and completed, after its last event.',
  }),
  response_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string }) => `Response with id '${echo(d.id)}' not found.`,
    cause:
      'The response does not exist, was deleted, was made with `store: false`, is still being made, or may not be read by this caller.',
    fix: 'Check the id and the key that the request was sent with.',
  }),
  response_cursor_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string; param: string }) => `Response with id '${echo(d.id)}' not found.`,
    param: (d) => d.param,
    cause: 'The id in `after` or `before` is not a response of this conversation, or no longer.',
    fix: 'Begin the list again without it.',
  }),
  input_item_not_found: invalidRequest({
    status: 404,
    code: null,
    message: (d: { id: string }) =>
      `Item with id '${echo(d.id)}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
    param: () => 'input',
    cause:
      'An `item_reference` in `input` names an item that is not stored, or only where this caller may not read.',
    fix: 'Send the item itself.',
  }),
  duplicate_item: invalidRequest({
    status: 400,
    code: null,
    message: (d: { id: string }) =>
      `Duplicate item found with id ${echo(d.id)}. Remove duplicate items from your input and try again.`,
    param: () => 'input',
    cause:
      'An item of `input` has an id that is in the conversation or the previous response already, or twice in `input`.',
    fix: 'Send only what is new.',
  }),
  missing_tool_output: invalidRequest({
    status: 400,
    code: null,
    /** `call` is `function call` or `custom tool call`. */
    message: (d: { call: string; callId: string }) =>
      `No tool output found for ${d.call} ${echo(d.callId)}.`,
    param: () => 'input',
    cause: 'The model has called a tool, and the request continues without the output.',
    fix: 'Send an output for every call of the last answer, in one request. For a call that nobody runs any more, send one that says so; `--history repair` does it for every request.',
  }),
  missing_tool_call: invalidRequest({
    status: 400,
    code: null,
    message: (d: { call: string; callId: string }) =>
      `No tool call found for ${d.call} output with call_id ${echo(d.callId)}.`,
    param: () => 'input',
    cause: 'An output has a `call_id` of no call before it.',
    fix: 'Continue the conversation or the response that has the call, or send the call too.',
  }),
  cannot_cancel_synchronous: invalidRequest({
    status: 400,
    code: null,
    message: () => 'Cannot cancel a synchronous response.',
    cause: 'The response was not made with `background: true`.',
    fix: 'Close the connection of a response that is being made: that stops it.',
  }),
  cannot_cancel_ended: invalidRequest({
    status: 400,
    code: null,
    message: (d: { status: string }) =>
      d.status === 'incomplete'
        ? 'Cannot cancel a response in terminal state.'
        : `Cannot cancel a ${d.status} response.`,
    cause: 'The response ended before the request to cancel it came.',
    fix: 'Get the response: its output is there.',
  }),
  cannot_delete_in_flight: invalidRequest({
    status: 400,
    code: null,
    message: () => 'Cannot delete an in-flight response.',
    cause: 'The response is being made in the background.',
    fix: 'Cancel it first, or wait for its end. Deleting its conversation ends it too.',
  }),
  background_abandoned: serverError({
    status: 500,
    code: 'server_error',
    message: () =>
      'The process that made the response has stopped after it had asked the model. Please send the request again.',
    cause:
      'A process was killed, or lost its database, while it made a response in the background. The model is not asked a second time without the client.',
    fix: 'Send the request again.',
  }),
  cannot_stream_unstreamed: invalidRequest({
    status: 400,
    code: null,
    message: () => 'This response cannot be streamed because it was not created with stream=true.',
    param: () => 'stream',
    cause: 'The response was made with `background: true`, and without `stream: true`.',
    fix: 'Request it without `stream`, again and again until its status is final.',
  }),
  stream_expired: invalidRequest({
    status: 400,
    code: null,
    message: () => 'This response can no longer be streamed because it is too old.',
    param: () => 'stream',
    cause:
      'The events of a response are kept for a time after they were made, and up to a size of all of them together.',
    fix: 'Request the response without `stream`. The operator sets the time with `--stream-replay`.',
  }),
  cannot_stream_synchronous: invalidRequest({
    status: 400,
    code: null,
    message: () =>
      'This response cannot be streamed because it was not created with background=true.',
    param: () => 'stream',
    cause: 'A stored response was requested with `stream=true`.',
    fix: 'Request it without `stream`.',
  }),
};
