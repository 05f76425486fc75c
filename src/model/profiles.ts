import type { ModelProfile, ModelProfileName, ModelProtocol } from '../options/model-server.ts';

/** A server of unknown make: it gets what the protocol defines, spelled as most servers take it. */
const GENERIC: ModelProfile = {
  maxTokensField: 'max_tokens',
  streamUsage: true,
  developerRole: false,
  leadingSystem: 'separate',
  laterSystem: 'system',
  userMessages: 'separate',
  emptyContent: 'empty',
  refusals: 'text',
  images: 'any_url',
  toolImages: 'user',
  files: false,
  audio: true,
  toolChoices: ['none', 'required', 'named'],
  bestEffortToolChoice: false,
  customTools: false,
  formats: ['json_object', 'json_schema'],
  reasoningEfforts: {},
  reasoningField: 'reasoning_content',
  reasoningBack: 'tool_loop',
  reasoningRequired: false,
  reasoningItem: 'content',
  thinkTags: false,
  streamsToolLogprobs: true,
  verbosity: false,
  hostedFields: false,
  itemIds: false,
  reportsCuts: true,
  parsesArguments: true,
  counting: 'none',
  contextTokens: undefined,
};

type Difference = Partial<ModelProfile>;

/** The differences of each make from `GENERIC`: in both protocols, and in one of them. */
const PROFILES: Readonly<
  Record<
    ModelProfileName,
    Difference & { readonly in?: Partial<Record<ModelProtocol, Difference>> }
  >
> = {
  generic: {},
  openai: {
    parsesArguments: false,
    maxTokensField: 'max_completion_tokens',
    developerRole: true,
    emptyContent: 'null',
    refusals: 'field',
    files: true,
    reasoningBack: 'none',
    reasoningItem: 'encrypted',
    verbosity: true,
    hostedFields: true,
    in: {
      responses: {
        toolImages: 'tool',
        customTools: true,
        reasoningBack: 'all',
        counting: 'input_tokens',
      },
    },
  },
  openrouter: {
    parsesArguments: false,
    emptyContent: 'null',
    files: true,
    reasoningField: 'reasoning',
    hostedFields: true,
  },
  deepseek: {
    parsesArguments: false,
    emptyContent: 'null',
    formats: ['json_object'],
    reasoningBack: 'tool_turns',
    reasoningRequired: true,
  },
  litellm: {},
  'llama-cpp': {
    // A choice that is an object counts as auto, and `none` leaves the tools in the prompt.
    toolChoices: ['required'],
    counting: 'input_tokens',
    streamsToolLogprobs: false,
    in: { responses: { formats: [], reportsCuts: false } },
  },
  'lm-studio': { toolChoices: ['none', 'required'], images: 'data_url' },
  ollama: {
    images: 'data_url',
    audio: false,
    toolChoices: [],
    reasoningEfforts: { minimal: 'low', xhigh: 'max' },
    reasoningField: 'reasoning',
    // The length that it gives a model on a small machine; it cuts longer contexts without an error.
    contextTokens: 4096,
    in: {
      responses: {
        toolImages: 'tool',
        formats: ['json_schema'],
        reasoningItem: 'plain_as_encrypted',
        reportsCuts: false,
      },
    },
  },
  sglang: {},
  vllm: {
    counting: 'tokenize',
    reasoningField: 'reasoning',
    in: { responses: { itemIds: true } },
  },
};

/** Returns the profile of a server in one protocol. */
export function profileOf(
  name: ModelProfileName,
  protocol: ModelProtocol,
  adjustments: Partial<ModelProfile>,
): ModelProfile {
  const { in: differences, ...common } = PROFILES[name];
  return { ...GENERIC, ...common, ...differences?.[protocol], ...adjustments };
}
