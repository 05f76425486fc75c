import { STAND_IN_TYPES } from '../../base/stand-ins.ts';
import { isUrlPattern } from '../../base/url-patterns.ts';
import { MCP_LIMITS, type McpOptions, type McpServerOptions } from '../../options/tools.ts';
import { group, records, type Parsed, type Parser, type Table } from './entry.ts';
import {
  choice,
  exactText,
  httpUrl,
  list,
  parser,
  secondsAsMs,
  unsplitList,
  variableValue,
  wholeNumber,
} from './parsers.ts';
import type { Place } from './place.ts';

const urlPattern = parser(
  'a URL such as https://*.example.com/*',
  ['https://*.example.com/*', 'https://tools.example/mcp'],
  (text) => (isUrlPattern(text) ? text : undefined),
);

const label = parser(
  'a name of letters, digits, dashes and underscores',
  ['docs', 'web-search'],
  (text) => (/^[A-Za-z][\w-]{0,63}$/.test(text) ? text : undefined),
);

type Pair = readonly [name: string, value: string];

/** Parser of the name of a header and of the variable with its value, so that the config file holds no secret. */
const headerFromVariable: Parser<Pair> = {
  expected: 'HEADER=VARIABLE, of which the environment variable is set',
  examples: ['Authorization=PATH', 'X-Key=HOME'],
  parse: (given, environment) => {
    const [, name, variable = ''] = /^([\w!#$%&'*+.^`|~-]+)=(\w+)$/.exec(given.exactText()) ?? [];
    const value = environment[variable] ?? '';
    if (name === undefined || value === '' || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw given.invalid(headerFromVariable.expected);
    }
    return [name, value];
  },
};

/** Parser of the name of a variable that is passed on. */
const passedVariable: Parser<Pair> = {
  ...variableValue,
  parse: (given, environment) => [given.exactText(), variableValue.parse(given, environment)],
};

const COMMON = {
  label: {
    name: 'label',
    parser: label,
    isRequired: true,
    description: '`server_label` of the requests that use it.',
  },
  tools: {
    name: 'tools',
    parser: list(exactText),
    default: '',
    description: 'Names of its tools that may be used. Without any, all.',
  },
  standsInFor: {
    name: 'stands-in-for',
    parser: list(choice(STAND_IN_TYPES)),
    default: '',
    description: `Hosted tools of OpenAI that it stands in for: ${STAND_IN_TYPES.map((type) => `\`${type}\``).join(', ')}. They run without approval.`,
  },
} as const satisfies Table;

const SERVER = {
  ...COMMON,
  url: {
    name: 'url',
    parser: httpUrl,
    isRequired: true,
    description: 'Its URL, of the transport Streamable HTTP.',
  },
  headers: {
    name: 'headers-env',
    parser: list(headerFromVariable),
    default: '',
    description:
      'Headers for it, each with the variable that has the value, such as `Authorization=DOCS_TOKEN`.',
  },
} as const satisfies Table;

const PROGRAM = {
  ...COMMON,
  command: {
    name: 'command',
    parser: unsplitList(exactText),
    isRequired: true,
    description: 'The program and its arguments. It speaks on its standard streams.',
  },
  environment: {
    name: 'env',
    parser: list(passedVariable),
    default: '',
    description: 'Names of variables that it gets besides `PATH`, `HOME` and the like.',
  },
} as const satisfies Table;

const ENTRIES = {
  servers: records({
    name: 'mcp-servers',
    description:
      'MCP servers, whose tools requests may use by their label: a list, or a map by label.',
    keyedBy: 'label',
    entries: SERVER,
    finish: mcpServer,
  }),
  programs: records({
    name: 'mcp-programs',
    description:
      'MCP servers that are programs of this machine, and run while they are used: a list, or a map by label.',
    keyedBy: 'label',
    entries: PROGRAM,
    finish: mcpProgram,
  }),
  allowedUrls: {
    name: 'mcp-allow-urls',
    placeholder: 'PATTERNS',
    parser: list(urlPattern),
    default: '',
    description:
      'URLs of further MCP servers that requests may name, such as `https://*.example.com/*`. They are never reached at private addresses. Without any, none.',
  },
  callTimeoutMs: {
    name: 'mcp-timeout',
    placeholder: 'SECONDS',
    parser: secondsAsMs(1, 3600),
    default: '60',
    description:
      'Longest time of one call of a tool. Connecting and listing may take 10 seconds of it each.',
  },
  maxResultBytes: {
    name: 'mcp-max-result-bytes',
    placeholder: 'BYTES',
    parser: wholeNumber(1_000, 16_000_000),
    default: '100000',
    description: 'Longest result of a call. The rest is cut off, which the model is told.',
  },
  maxAnswerBytes: {
    name: 'mcp-max-answer-bytes',
    placeholder: 'BYTES',
    parser: wholeNumber(10_000, 1_000_000_000),
    default: '8000000',
    description: 'Longest answer of an MCP server. A longer one fails the call.',
  },
  maxTools: {
    name: 'mcp-max-tools',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 100_000),
    default: '256',
    description: 'Most tools of one server. One that lists more is refused.',
  },
  maxRounds: {
    name: 'mcp-max-rounds',
    placeholder: 'COUNT',
    parser: wholeNumber(1, 1_000),
    default: '20',
    description:
      'Most requests to the model within one response. In the last one it may call no tools.',
  },
} as const satisfies Table;

/** Settings of the tools that the server runs itself. */
export const TOOLS = {
  mcp: group({ entries: ENTRIES, finish: mcpOptions }),
} as const satisfies Table;

function mcpServer({ url, headers, ...rest }: Parsed<typeof SERVER>): McpServerOptions {
  return { ...rest, address: { kind: 'http', url, headers: Object.fromEntries(headers) } };
}

function mcpProgram(
  { command, environment, ...rest }: Parsed<typeof PROGRAM>,
  place: Place,
): McpServerOptions {
  const [program, ...args] = command;
  if (program === undefined) {
    throw place.at('command').invalid('it is empty', 'Give it a program, and its arguments.');
  }
  return {
    ...rest,
    address: {
      kind: 'stdio',
      command: [program, ...args],
      environment: Object.fromEntries(environment),
    },
  };
}

function mcpOptions(
  { servers: remote = [], programs = [], allowedUrls, ...limits }: Parsed<typeof ENTRIES>,
  place: Place,
): McpOptions {
  const servers = [...remote, ...programs];
  assertDistinct(servers, place.at(programs.length === 0 ? 'servers' : 'programs'));
  const connectTimeoutMs = Math.min(MCP_LIMITS.connectTimeoutMs, limits.callTimeoutMs);
  return { servers, allowedUrls, limits: { ...MCP_LIMITS, ...limits, connectTimeoutMs } };
}

/** Throws when two servers have one label; both lists count together. */
function assertDistinct(servers: readonly McpServerOptions[], place: Place): void {
  const labels = servers.map(({ label: name }) => name);
  const repeated = labels.find((name, index) => labels.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw place.invalid(
    `two MCP servers have the label ${repeated}`,
    'Give each a label of its own: those of mcp_servers and of mcp_programs count together.',
  );
}
