import { echo, invalidRequest, rateLimited, serverError } from './definition.ts';

/** Errors of model servers, and of requests that they cannot take. */
export const MODEL_SERVER_ERRORS = {
  no_model_server: serverError({
    status: 503,
    code: 'no_model_server',
    message: () =>
      'This server has no model server, so it cannot make responses. Name one with --model-url.',
    cause: 'No model server is configured. Conversations work without one.',
    fix: 'The operator starts the server with `--model-url`, the base URL of an API such as `http://127.0.0.1:11434/v1`.',
  }),
  model_not_found: invalidRequest({
    status: 404,
    code: 'model_not_found',
    message: (d: { model: string }) => `The requested model '${echo(d.model)}' does not exist.`,
    param: () => 'model',
    cause: 'The model server does not have the model.',
    fix: 'Use one of those that `GET /v1/models` lists.',
  }),
  context_length_exceeded: invalidRequest({
    status: 400,
    code: 'context_length_exceeded',
    message: (d: { reason: string }) =>
      `Your input exceeds the context window of this model. Please adjust your input and try again. (${d.reason})`,
    param: () => 'input',
    cause:
      "The conversation and the input are longer than the model's context. In brackets is the model server's own message.",
    fix: "Send `truncation: 'auto'` or `context_management` ([long-histories.md](long-histories.md)), or use a model with a longer context.",
  }),
  unsupported_by_model_server: invalidRequest({
    status: 400,
    code: 'unsupported_parameter',
    message: (d: { param: string; reason: string }) =>
      `Unsupported parameter: '${echo(d.param)}' is not supported with this model. (${d.reason})`,
    param: (d) => d.param,
    cause: 'The protocol or the profile of the model server has no place for the value.',
    fix: 'Leave it out, or use a model on another server.',
  }),
  tokens_not_counted: invalidRequest({
    status: 400,
    code: 'unsupported_parameter',
    message: (d: { model: string }) =>
      `The server of the model '${echo(d.model)}' does not count tokens.`,
    param: () => 'model',
    cause:
      'Only some makes of model servers have an operation that counts tokens: those with the profiles `llama-cpp` and `vllm`, and `openai` over its Responses API. No number is guessed.',
    fix: 'Read `usage` of a response, or use a model on such a server.',
  }),
  model_server_refusal: invalidRequest({
    status: 400,
    statusOf: (d) => d.status,
    code: 'model_server_refusal',
    message: (d: { status: number; reason: string }) =>
      `The model server refused the request: ${d.reason}`,
    cause:
      "The model server answered with a status of 4xx, which the answer has too. The reason is the model server's own. With 404, its address may be wrong.",
    fix: 'Change what the reason names.',
  }),
  model_server_busy: rateLimited({
    status: 429,
    code: 'rate_limit_exceeded',
    message: (d: { seconds: number; reason: string }) =>
      `The model server takes no more requests now. Please try again in ${d.seconds}s. (${d.reason})`,
    retryAfterSeconds: (d) => d.seconds,
    cause: 'The model server answered with 429.',
    fix: 'Wait for the seconds in `retry-after`. Official clients do so by themselves.',
  }),
  model_server_credentials: serverError({
    status: 500,
    code: 'server_error',
    message: () => 'The model server did not accept the credentials of this server.',
    cause: 'The model server answered with 401 or 403.',
    fix: 'The operator corrects the key of the model server.',
  }),
  model_server_failed: serverError({
    status: 500,
    code: 'server_error',
    message: (d: { reason: string }) => `The model server failed: ${d.reason}`,
    cause:
      'The model server answered with a status of 5xx, reported an error, or its answer broke off or could not be read.',
    fix: "Retry. The operator finds the request id in this server's log, and looks at the model server's.",
  }),
  model_server_unavailable: serverError({
    status: 503,
    code: 'model_server_unavailable',
    message: (d: { seconds: number; reason: string }) =>
      `The model server cannot be reached, or does not answer. Please retry in ${d.seconds}s. (${d.reason})`,
    retryAfterSeconds: (d) => d.seconds,
    cause:
      'There is no connection to the model server, it was silent for too long, or it is loading.',
    fix: 'Retry. The operator checks that the model server runs, and its address.',
  }),
};
