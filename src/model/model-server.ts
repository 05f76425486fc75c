import { isJsonObject, type JsonObject } from '../base/json-object.ts';
import type { ObservedServer } from '../observe/model-servers.ts';
import type { ModelProfile, ModelProtocol, ModelServerOptions } from '../options/model-server.ts';
import { answerEvents } from './answer-events.ts';
import { countedTokens, countingRequest } from './counting.ts';
import { CallIds } from './call-ids.ts';
import { decodedText } from './decoded-text.ts';
import { failed, ModelServerError, refusal } from './failure.ts';
import type { ListedModel, ModelEvent, ModelFailure, ModelRequest } from './port.ts';
import { profileOf } from './profiles.ts';
import { chatCompletions } from './protocols/chat-completions/protocol.ts';
import type { AnswerDecoder, Protocol } from './protocols/protocol.ts';
import { objectField, objectsField } from './protocols/read-values.ts';
import { responses } from './protocols/responses/protocol.ts';
import { ToolNames } from './tool-names.ts';
import { parsedJson } from './transport/events.ts';
import { Connections, type HttpAnswer } from './transport/http.ts';

const PROTOCOLS: Readonly<Record<ModelProtocol, Protocol>> = { chat: chatCompletions, responses };

/** Bytes of a refusal that are read for its message. */
const REFUSAL_BYTES = 64 * 1024;
/** Characters of a failure's message. */
const LONGEST_MESSAGE = 500;

/** A model server, as its protocol and its profile describe it. */
export class ModelServer implements Disposable {
  readonly name: string;
  /** The server as observers may see it. */
  readonly observed: ObservedServer;
  readonly #options: ModelServerOptions;
  readonly #base: URL;
  readonly #authorization: string | undefined;
  readonly #secrets: readonly string[];
  readonly #profile: ModelProfile;
  readonly #connections: Connections;
  readonly #models: RegExp;

  constructor(options: ModelServerOptions) {
    const { name, url, key, protocol, profile, adjustments, models, limits } = options;
    this.name = name;
    this.#options = options;
    this.#base = new URL(url);
    const { username, password } = this.#base;
    const shown = decodedText(password);
    const basic = Buffer.from(`${decodedText(username)}:${shown}`).toString('base64');
    const hasCredentials = username !== '' || password !== '';
    this.#authorization = key === undefined ? undefined : `Bearer ${key}`;
    if (key === undefined && hasCredentials) this.#authorization = `Basic ${basic}`;
    this.#secrets = [key, password, shown, hasCredentials ? basic : undefined].filter(
      (secret): secret is string => secret !== undefined && secret !== '',
    );
    this.#base.username = '';
    this.#base.password = '';
    const { hostname, port, protocol: scheme } = this.#base;
    const usualPort = scheme === 'https:' ? 443 : 80;
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    this.observed = { name, profile, address, port: port === '' ? usualPort : Number(port) };
    this.#profile = profileOf(profile, protocol, adjustments);
    this.#connections = new Connections(limits);
    this.#models = patternOf(models);
  }

  /** Whether the server is named for no models in particular. */
  get isForAll(): boolean {
    return this.#options.models.length === 0;
  }

  /** Tokens of a context: `given` by the operator, or as `assumed` of a server of this make that names none. */
  get contextTokens(): {
    readonly given: number | undefined;
    readonly assumed: number | undefined;
  } {
    return { given: this.#options.contextTokens, assumed: this.#profile.contextTokens };
  }

  /** Whether reasoning before the last message of the user is sent to the model, unless a request asks for it. */
  get keepsReasoning(): boolean {
    const { reasoningBack } = this.#profile;
    return reasoningBack === 'all' || reasoningBack === 'tool_turns';
  }

  /** Whether the server counts the tokens of requests. */
  get canCount(): boolean {
    const { protocol } = this.#options;
    const { counting } = this.#profile;
    return counting === 'input_tokens' || (counting === 'tokenize' && protocol === 'chat');
  }

  /** Checks that the server is named for exactly this model, not by a pattern. */
  isNamedFor(model: string): boolean {
    return !model.includes('*') && this.#options.models.includes(model);
  }

  /** Checks that requests for a model may go to this server. */
  serves(model: string): boolean {
    return this.#models.test(model);
  }

  /**
   * Sends a request and yields the events of its answer, in lists of those that have arrived together. The first list
   * has only `started`; the last event is `finish`, or a `failure` in a list of its own. Throws only the reason of the
   * signal. Nothing is read ahead of the consumer; leaving the loop closes the connection.
   */
  respond(
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<readonly ModelEvent[], void, undefined> {
    return this.#events(new Unsent(request), signal);
  }

  /**
   * Counts the tokens of a request; `undefined` when the server cannot. Rejects with a `ModelServerError`, or the
   * signal's reason.
   */
  async countTokens(request: ModelRequest, signal: AbortSignal): Promise<number | undefined> {
    try {
      const protocol = PROTOCOLS[this.#options.protocol];
      const names = new ToolNames(request.tools ?? []);
      const encoded = protocol.encode(request, this.#profile, names);
      const counting = countingRequest(this.#profile, protocol.path, encoded);
      if (counting === undefined) return undefined;
      const { path, isAtRoot } = counting;
      const body = JSON.stringify(counting.body);
      using answer = await this.#open('POST', path, body, signal, isAtRoot);
      const tokens = countedTokens(await wholeObject(answer));
      if (tokens !== undefined) return tokens;
      throw failed('malformed', 'the model server sent no number of tokens');
    } catch (error) {
      throw new ModelServerError(this.#failureOf(error), { cause: error });
    }
  }

  /** Lists the server's models. Rejects with a `ModelServerError`, or the signal's reason. */
  async listModels(signal: AbortSignal): Promise<readonly ListedModel[]> {
    try {
      using answer = await this.#open('GET', '/models', undefined, signal);
      const value = await wholeObject(answer);
      if (Array.isArray(value['data'])) {
        return objectsField(value, 'data').flatMap((entry) => listedModel(entry));
      }
      throw failed('malformed', 'the model server sent a list of models of another form');
    } catch (error) {
      throw new ModelServerError(this.#failureOf(error), { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.#connections.close();
  }

  async *#events(
    unsent: Unsent,
    signal: AbortSignal,
  ): AsyncGenerator<readonly ModelEvent[], void, undefined> {
    try {
      const { opening, decoder } = this.#ask(unsent.take(), signal);
      using answer = await opening;
      yield* answerEvents(answer, decoder, this.#options.limits);
    } catch (error) {
      yield [{ type: 'failure', failure: this.#failureOf(error) }];
    }
  }

  /** Sends a request. Not asynchronous itself, so that only the text of the body is kept until the answer begins. */
  #ask(
    request: ModelRequest,
    signal: AbortSignal,
  ): { readonly opening: Promise<HttpAnswer>; readonly decoder: AnswerDecoder } {
    const protocol = PROTOCOLS[this.#options.protocol];
    const names = new ToolNames(request.tools ?? []);
    const body = JSON.stringify(protocol.encode(request, this.#profile, names));
    const decoder = protocol.decoder({
      profile: this.#profile,
      names,
      callIds: new CallIds(request.items),
      maxOutputTokens: request.maxOutputTokens,
    });
    return { opening: this.#open('POST', protocol.path, body, signal), decoder };
  }

  /** Sends a request, and throws unless it is answered with a status 2xx. */
  async #open(
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
    signal: AbortSignal,
    isAtRoot = false,
  ): Promise<HttpAnswer> {
    const url = new URL(this.#base);
    const base = url.pathname.replace(/\/+$/, '');
    url.pathname = `${isAtRoot ? base.replace(/\/v\d+$/, '') : base}${path}`;
    const answer = await this.#connections.open({
      method,
      url,
      headers: this.#headers(body),
      body,
      signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    using refused = answer;
    const beginning = await refused.beginning(REFUSAL_BYTES);
    throw refusal(refused.status, beginning, refused.header('retry-after'));
  }

  #headers(body: string | undefined): Readonly<Record<string, string>> {
    const authorization = this.#authorization;
    return {
      accept: 'text/event-stream, application/json',
      'accept-encoding': 'identity',
      'user-agent': 'colloquy',
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined
        ? {}
        : {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
    };
  }

  /**
   * Returns the failure of an error, without the secrets that a server may have repeated. Throws any other error, such
   * as the reason of a signal.
   */
  #failureOf(error: unknown): ModelFailure {
    if (!(error instanceof ModelServerError)) throw error;
    let { message } = error.failure;
    for (const secret of this.#secrets) message = message.replaceAll(secret, '***');
    // Cut afterwards: the beginning of a secret at the end would not be found.
    return { ...error.failure, message: message.slice(0, LONGEST_MESSAGE).toWellFormed() };
  }
}

/** Reads the body of an answer, which must be an object. */
async function wholeObject(answer: HttpAnswer): Promise<JsonObject> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await answer.read(); chunk !== undefined; chunk = await answer.read()) {
    chunks.push(chunk);
  }
  const value = parsedJson(Buffer.concat(chunks).toString('utf8'));
  return isJsonObject(value) ? value : {};
}

/** A request that is taken once and not kept: a generator keeps its parameters until its end. */
class Unsent {
  #request: ModelRequest | undefined;

  constructor(request: ModelRequest) {
    this.#request = request;
  }

  take(): ModelRequest {
    const request = this.#request;
    if (request === undefined) throw new Error('the request was sent');
    this.#request = undefined;
    return request;
  }
}

/** Makes the pattern of a list of names in which `*` stands for any text. */
function patternOf(models: readonly string[]): RegExp {
  if (models.length === 0) return /^/;
  const names = models.map((model) =>
    model
      .split('*')
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*'),
  );
  return new RegExp(`^(?:${names.join('|')})$`, 's');
}

function listedModel(entry: JsonObject): readonly ListedModel[] {
  const { id, owned_by: owner, max_model_len: length, context_length: other } = entry;
  if (typeof id !== 'string') return [];
  const { n_ctx: size } = objectField(entry, 'meta');
  return [
    {
      id,
      ownedBy: typeof owner === 'string' ? owner : undefined,
      contextLength: [length, other, size].find((value) => typeof value === 'number'),
    },
  ];
}
