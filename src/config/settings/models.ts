import {
  MODEL_PROFILES,
  MODEL_SERVER_LIMITS,
  SINGLE_MODEL_SERVER,
  type ModelServerOptions,
} from '../../options/model-server.ts';
import { group, records, type Parsed, type Table } from './entry.ts';
import {
  choice,
  exactText,
  httpUrl,
  list,
  orNone,
  parser,
  secondsAsMs,
  variableValue,
  wholeNumber,
} from './parsers.ts';
import type { Place } from './place.ts';

const LEAST_SEAL_KEY = 32;

const sealKey = parser(
  `a text of ${LEAST_SEAL_KEY} characters or more`,
  ['correct-horse-battery-staple-1234', 'another-secret-of-32-characters-or-more'],
  (text) => (text.length >= LEAST_SEAL_KEY ? text : undefined),
);

const profile = {
  parser: choice(MODEL_PROFILES),
  placeholder: 'PROFILE',
  default: 'generic',
  description: `What the server can take: ${MODEL_PROFILES.map((name) => `\`${name}\``).join(', ')}.`,
} as const;

const protocol = {
  parser: choice(['chat', 'responses']),
  placeholder: 'PROTOCOL',
  default: 'chat',
  description:
    'API of the server: `chat` for Chat Completions, `responses` for a Responses API without state.',
} as const;

const context = {
  parser: wholeNumber(256, 100_000_000),
  placeholder: 'TOKENS',
  description:
    'Length of the context of its models, the answer included, for `truncation: auto` and compaction. Without it, as the server lists it, or names it when a request is too long.',
} as const;

const RECORD = {
  name: {
    name: 'name',
    parser: exactText,
    isRequired: true,
    description: 'Name in logs and metrics.',
  },
  url: {
    name: 'url',
    parser: httpUrl,
    isRequired: true,
    description: 'Base of its API, such as `http://127.0.0.1:8080/v1`.',
  },
  key: {
    name: 'key-env',
    parser: variableValue,
    description: 'Name of the variable with its key.',
  },
  profile: { name: 'profile', ...profile },
  protocol: { name: 'protocol', ...protocol },
  models: {
    name: 'models',
    parser: list(exactText),
    default: '',
    description:
      'Names of the models to send there, in which `*` stands for any text. Without any, those that the server lists.',
  },
  contextTokens: { name: 'context', ...context },
} as const satisfies Table;

const ENTRIES = {
  url: {
    name: 'model-url',
    placeholder: 'URL',
    parser: orNone(httpUrl),
    description:
      'Base of the API of the model server, such as `http://127.0.0.1:11434/v1`. Without one, and without `model_servers`, responses are refused.',
  },
  key: {
    name: 'model-key',
    placeholder: 'KEY',
    parser: orNone(exactText),
    isSecret: true,
    description: 'Key of that model server. As a variable: a flag is visible to other programs.',
  },
  profile: { name: 'model-profile', ...profile },
  protocol: { name: 'model-protocol', ...protocol },
  contextTokens: { name: 'model-context', ...context },
  firstByteTimeoutMs: {
    name: 'model-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(1, 86_400),
    default: '300',
    description:
      'Longest time until the first byte of an answer: servers load models, and read long prompts.',
  },
  idleTimeoutMs: {
    name: 'model-idle-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(1, 86_400),
    default: '300',
    description: 'Longest silence of a model server after that.',
  },
  servers: records({
    name: 'model-servers',
    description: 'Model servers. The first one whose `models` fit a request serves it.',
    entries: RECORD,
  }),
} as const satisfies Table;

const GIB = 1024 * 1024 * 1024;

/** Settings of model servers and of turns. */
export const MODELS = {
  modelServers: group({ entries: ENTRIES, finish: modelServers }),
  defaultModel: {
    name: 'default-model',
    placeholder: 'NAME',
    parser: orNone(exactText),
    description: 'Model of requests that name none.',
  },
  turnWaitMs: {
    name: 'turn-wait',
    placeholder: 'SECONDS',
    parser: secondsAsMs(0, 3600),
    default: '10',
    description:
      'Longest time that a response waits for another one in the same conversation; then it is refused with `conversation_locked`.',
  },
  backgroundLimit: {
    name: 'background-limit',
    placeholder: 'COUNT',
    parser: wholeNumber(0, 10_000),
    default: '64',
    description:
      'Responses with `background: true` that this process makes at the same time. The rest waits. With 0 it makes none, and leaves them to other processes.',
  },
  streamReplayMs: {
    name: 'stream-replay',
    placeholder: 'SECONDS',
    parser: secondsAsMs(0, 7 * 86_400),
    default: '1800',
    description:
      'How long the events of a response with `background: true` can be read again, counted for each event.',
  },
  streamReplayBytes: {
    name: 'stream-replay-bytes',
    placeholder: 'BYTES',
    parser: wholeNumber(0, 1024 * GIB),
    default: String(GIB),
    description: 'Bytes of all such events together, beyond which the oldest are deleted.',
  },
  onDisconnect: {
    name: 'on-disconnect',
    parser: choice(['cancel', 'finish']),
    placeholder: 'ACTION',
    default: 'cancel',
    description:
      'When a client goes away: `cancel` stops the model and stores nothing but the cancelled response, `finish` lets it go on and stores all.',
  },
  sealKey: {
    name: 'seal-key',
    placeholder: 'TEXT',
    parser: orNone(sealKey),
    isSecret: true,
    description:
      'Secret that seals reasoning and the summaries of compactions in `encrypted_content`, the same for all processes. Without one, each process makes its own when it starts, and drops what others have sealed. As a variable: a flag is visible to other programs.',
  },
  history: {
    name: 'history',
    parser: choice(['strict', 'repair']),
    placeholder: 'MODE',
    default: 'strict',
    description:
      'When input does not fit the history, such as the output of a call that is not there: `strict` refuses it as OpenAI does, `repair` leaves it out of what the model is shown, and says so in `x-colloquy-repairs`.',
  },
} as const satisfies Table;

function modelServers(
  {
    servers = [],
    url: first,
    key,
    firstByteTimeoutMs,
    idleTimeoutMs,
    ...rest
  }: Parsed<typeof ENTRIES>,
  place: Place,
): readonly ModelServerOptions[] {
  const limits = { ...MODEL_SERVER_LIMITS, firstByteTimeoutMs, idleTimeoutMs };
  const common = { adjustments: {}, limits };
  const names = servers.map(({ name }) => name);
  const repeated = names.find(
    (name, index) => name === SINGLE_MODEL_SERVER || names.indexOf(name) !== index,
  );
  if (repeated !== undefined) {
    throw place
      .at('servers')
      .invalid(
        `two model servers are named ${repeated}`,
        `Give each a name of its own; ${SINGLE_MODEL_SERVER} is the one of --model-url.`,
      );
  }
  const single =
    first === undefined
      ? []
      : [{ ...common, ...rest, name: SINGLE_MODEL_SERVER, url: first, key, models: [] }];
  return [...single, ...servers.map((server) => ({ ...common, ...server, key: server.key }))];
}
