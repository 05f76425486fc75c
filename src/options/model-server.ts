/** Names of the profiles that `model/profiles.ts` describes. */
export const MODEL_PROFILES = [
  'generic',
  'openai',
  'openrouter',
  'deepseek',
  'litellm',
  'llama-cpp',
  'lm-studio',
  'ollama',
  'sglang',
  'vllm',
] as const;

export type ModelProfileName = (typeof MODEL_PROFILES)[number];

/** API of a model server: `chat` is Chat Completions, `responses` is a stateless Responses API. */
export type ModelProtocol = 'chat' | 'responses';

/** Name of the model server of `--model-url`. */
export const SINGLE_MODEL_SERVER = 'default';

/** A model server, and the way to reach it. */
export interface ModelServerOptions {
  /** Name of the server in logs and metrics. */
  readonly name: string;
  /** Base of the API, such as `http://127.0.0.1:8080/v1`. */
  readonly url: string;
  /** Sent as a bearer token. `undefined` when the server wants none. */
  readonly key: string | undefined;
  readonly protocol: ModelProtocol;
  readonly profile: ModelProfileName;
  /** Fields that differ from the profile. */
  readonly adjustments: Partial<ModelProfile>;
  /** Names of the models to send to this server, in which `*` stands for any text. When empty, all. */
  readonly models: readonly string[];
  /** Tokens of a request and its answer, whatever the server says of itself. */
  readonly contextTokens: number | undefined;
  readonly limits: ModelServerLimits;
}

export interface ModelServerLimits {
  readonly connectTimeoutMs: number;
  /** Time from the request to the first byte of the answer's body. */
  readonly firstByteTimeoutMs: number;
  /** Silence between two chunks of an answer, comments included. */
  readonly idleTimeoutMs: number;
  /** Wait for the usage, which may follow the end of the text. */
  readonly usageGraceMs: number;
  /** Characters of one event of a stream. */
  readonly maxEventLength: number;
  readonly maxAnswerBytes: number;
}

export const MODEL_SERVER_LIMITS: ModelServerLimits = {
  connectTimeoutMs: 10_000,
  firstByteTimeoutMs: 600_000,
  idleTimeoutMs: 300_000,
  usageGraceMs: 2_000,
  maxEventLength: 16 * 1024 * 1024,
  maxAnswerBytes: 64 * 1024 * 1024,
};

/** The abilities of a model server in one protocol, and its spelling of what the protocol leaves open. */
export interface ModelProfile {
  /** Field of Chat Completions that limits the tokens. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** `true` when a stream may ask for its usage. */
  readonly streamUsage: boolean;
  /** `true` when instructions and developer messages keep the role `developer`; `false`: they are `system`. */
  readonly developerRole: boolean;
  /** `merged` joins the leading system messages into one, for templates that take only one. */
  readonly leadingSystem: 'separate' | 'merged';
  /** Role of a system message after the first message of a user. */
  readonly laterSystem: 'system' | 'user';
  /** `merged` joins consecutive messages of users, for templates that demand alternation. */
  readonly userMessages: 'separate' | 'merged';
  /** Content of an assistant message that has calls and no text. */
  readonly emptyContent: 'null' | 'empty' | 'omitted';
  /** `field` sends an earlier refusal as such; `text` as text of the message. */
  readonly refusals: 'field' | 'text';
  /** URLs of images that the server loads. */
  readonly images: 'any_url' | 'data_url';
  /** Message for the images of a tool's output. */
  readonly toolImages: 'tool' | 'user';
  readonly files: boolean;
  readonly audio: boolean;
  /** Choices of tools that the server obeys, besides `auto`. */
  readonly toolChoices: readonly ('none' | 'required' | 'named')[];
  /** `true` takes a choice that the server does not obey for `auto`; `false` refuses it. */
  readonly bestEffortToolChoice: boolean;
  /** `true` when custom tools are sent as such; `false`: as functions with the parameter `input`. */
  readonly customTools: boolean;
  /** Structured formats that the server obeys. */
  readonly formats: readonly ('json_object' | 'json_schema')[];
  /** Spelling of each effort that is not sent as it is; `undefined` when the server has no such parameter. */
  readonly reasoningEfforts: Readonly<Record<string, string>> | undefined;
  /** Field of a chat message that carries earlier reasoning. */
  readonly reasoningField: 'reasoning' | 'reasoning_content';
  /**
   * Earlier reasoning that is sent back: that after the last message of a user (`tool_loop`), also that of every
   * message with calls (`tool_turns`), all, or none.
   */
  readonly reasoningBack: 'tool_loop' | 'tool_turns' | 'all' | 'none';
  /** `true` when each message with calls must have the field of reasoning, empty if need be. */
  readonly reasoningRequired: boolean;
  /** Part of a Responses item that carries earlier reasoning. */
  readonly reasoningItem: 'content' | 'encrypted' | 'plain_as_encrypted';
  /** `true` when the reasoning of chat answers begins the text, in `<think>` tags. */
  readonly thinkTags: boolean;
  /** `true` when log probabilities may be asked for in a stream with tools. */
  readonly streamsToolLogprobs: boolean;
  readonly verbosity: boolean;
  /** `true` for the fields of hosted services: end user, cache key, service tier. */
  readonly hostedFields: boolean;
  /** `true` when assistant messages of a Responses input must have an id and a status. */
  readonly itemIds: boolean;
  /** `false` when a Responses answer is called complete although the limit of tokens has cut it. */
  readonly reportsCuts: boolean;
  /** `true` when the server parses the arguments of earlier calls, and refuses those that are not JSON. */
  readonly parsesArguments: boolean;
  /**
   * Operation that counts the tokens of a request: `input_tokens` after the path of the protocol's own, or `tokenize`
   * next to the API's base. `none` when the server has neither.
   */
  readonly counting: 'input_tokens' | 'tokenize' | 'none';
  /** Tokens of a context that the server neither lists nor names in an error; `undefined` when it does either. */
  readonly contextTokens: number | undefined;
}
