/** A scripted model server whose context has a bound. */

import { said } from './chat-answers.ts';
import { json, type AnswerTo, type ReceivedRequest, type Step } from './model-server.ts';

export interface BoundedModelOptions {
  /** Tokens of the context, without the answer's. */
  readonly contextTokens: number;
  /** Bytes of a request's texts that are one token. */
  readonly bytesPerToken?: number;
  /** Length of the context in the list of models; `undefined` if the list lacks it. */
  readonly listedTokens?: number | undefined;
  /** Whether the error for a request that is too long has figures. */
  readonly namesFigures?: boolean;
  /** Makes the text of an answer from the texts of the request. */
  readonly say?: (texts: readonly string[]) => string;
}

/** Answers `GET /models`, counts tokens, and answers chat requests unless they are too long, as llama.cpp does. */
export function boundedModel({
  contextTokens,
  bytesPerToken = 4,
  namesFigures = true,
  say = () => 'ok',
  ...rest
}: BoundedModelOptions): AnswerTo {
  const listed = 'listedTokens' in rest ? rest.listedTokens : contextTokens;
  return (request) => {
    if (request.method === 'GET') {
      const meta = listed === undefined ? {} : { n_ctx: listed };
      return json({ data: [{ id: 'qwen3', object: 'model', owned_by: 'test', meta }] });
    }
    const texts = textsOf(request);
    const tokens = Math.ceil(Buffer.byteLength(texts.join('')) / bytesPerToken);
    if (request.path.endsWith('/input_tokens')) return json({ input_tokens: tokens });
    if (tokens > contextTokens) return tooLong(tokens, contextTokens, namesFigures);
    return withUsage(say(texts), tokens);
  };
}

/** Returns the texts of the messages of a chat request. */
export function textsOf({ body }: Pick<ReceivedRequest, 'body'>): readonly string[] {
  // Sound: the server sends chat requests alone, here with texts alone.
  const { messages } = body as { readonly messages: readonly { readonly content: string }[] };
  return messages.map(({ content }) => content);
}

/** Returns the chat requests among requests. */
export function chatRequests(requests: readonly ReceivedRequest[]): readonly ReceivedRequest[] {
  return requests.filter(({ path }) => path.endsWith('/chat/completions'));
}

function tooLong(tokens: number, contextTokens: number, namesFigures: boolean) {
  const message = namesFigures
    ? `request (${tokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`
    : 'the prompt does not fit';
  return json({ error: { code: 400, message, type: 'exceed_context_size_error' } }, 400);
}

function withUsage(text: string, tokens: number): ReturnType<typeof said> {
  const { steps, ...rest } = said(text);
  return { ...rest, steps: steps.map((step) => withPromptTokens(step, tokens)) };
}

/** Replaces the tokens of a request in the usage of an answer. */
export function withPromptTokens(step: Step, tokens: number): Step {
  return typeof step === 'string'
    ? step.replace(/"prompt_tokens":\d+/, `"prompt_tokens":${tokens}`)
    : step;
}
