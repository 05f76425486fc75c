/** Tools that the server runs itself: those of MCP servers, and hosted tools that one of these stands in for. */

import { Type, type Static } from 'typebox';
import { STAND_IN_TYPES, type StandInType } from '../../base/stand-ins.ts';
import { apiError } from '../errors/registry.ts';
import { nullable, omittable } from '../schema/schema.ts';

const Names = Type.Array(Type.String());
const Filter = Type.Object({
  tool_names: omittable(Names),
  read_only: omittable(Type.Boolean()),
});
const Allowed = Type.Union([Names, Filter]);
const Approval = Type.Union([
  Type.Enum(['always', 'never']),
  Type.Object({ always: omittable(Filter), never: omittable(Filter) }),
]);

export const McpToolParam = Type.Object(
  {
    type: Type.Literal('mcp'),
    server_label: Type.String({ minLength: 1, maxLength: 64 }),
    server_url: omittable(Type.String()),
    server_description: omittable(Type.String()),
    authorization: omittable(Type.String()),
    headers: omittable(Type.Record(Type.String(), Type.String())),
    allowed_tools: omittable(Allowed),
    require_approval: omittable(Approval),
    connector_id: omittable(Type.String()),
    tunnel_id: omittable(Type.String()),
    allowed_callers: omittable(Type.Array(Type.String())),
    defer_loading: omittable(Type.Boolean()),
  },
  { title: 'McpToolParam' },
);
export type McpToolParam = Static<typeof McpToolParam>;

/** An MCP tool as the Response object repeats it: without `authorization`, the values of headers and the URL's path. */
export const McpTool = Type.Object(
  {
    type: Type.Literal('mcp'),
    server_label: Type.String(),
    server_description: nullable(Type.String()),
    server_url: nullable(Type.String()),
    headers: nullable(Type.Record(Type.String(), Type.String())),
    allowed_tools: nullable(Allowed),
    require_approval: Approval,
  },
  { title: 'McpTool' },
);

/** OpenAI has names with a date for some tools. */
const HOSTED_TYPES = {
  web_search: 'web_search',
  web_search_2025_08_26: 'web_search',
  web_search_preview: 'web_search',
  web_search_preview_2025_03_11: 'web_search',
  file_search: 'file_search',
  code_interpreter: 'code_interpreter',
} as const satisfies Readonly<Record<string, StandInType>>;
type HostedType = keyof typeof HOSTED_TYPES;
// Sound: the keys of the table.
const HOSTED_NAMES = Object.keys(HOSTED_TYPES) as [HostedType, ...HostedType[]];

/** A hosted tool. Its options are repeated, and have no effect on a server that stands in for it. */
export const HostedTool = Type.Object({ type: Type.Enum(HOSTED_NAMES) }, { title: 'HostedTool' });
export type HostedTool = Static<typeof HostedTool>;

const REDACTED = '<redacted>';

/** Returns an MCP tool in the form of the Response object. */
export function repeatedMcpTool({
  server_label,
  server_description,
  server_url,
  headers,
  allowed_tools,
  require_approval,
}: McpToolParam): Static<typeof McpTool> {
  return {
    type: 'mcp',
    server_label,
    server_description: server_description ?? null,
    server_url: server_url === undefined || server_url === null ? null : redactedUrl(server_url),
    headers:
      headers === undefined || headers === null
        ? null
        : Object.fromEntries(Object.keys(headers).map((name) => [name, REDACTED])),
    allowed_tools: allowed_tools ?? null,
    require_approval: require_approval ?? 'always',
  };
}

function redactedUrl(text: string): string {
  if (!URL.canParse(text)) return REDACTED;
  const { protocol, host, pathname, search } = new URL(text);
  const rest = pathname === '/' && search === '' ? '' : REDACTED;
  return `${protocol}//${host}/${rest}`;
}

/** A condition on tools: each of its parts must hold. */
export interface ToolFilter {
  readonly names: readonly string[] | undefined;
  readonly isReadOnly: boolean | undefined;
}

/** A server whose tools a request wants. */
export type ServerTool =
  | {
      readonly kind: 'mcp';
      /** Place in `tools`. */
      readonly index: number;
      readonly label: string;
      readonly url: string | undefined;
      readonly description: string | undefined;
      /** Values are secret: they are neither stored nor logged. */
      readonly headers: Readonly<Record<string, string>>;
      readonly allowed: ToolFilter;
      readonly approval: ApprovalRules;
    }
  | {
      readonly kind: 'stand_in';
      readonly index: number;
      readonly type: string;
      readonly of: StandInType;
    };

/** Tools that need an approval: those that `always` matches, and those that `never` does not match. */
export interface ApprovalRules {
  readonly always: ToolFilter | undefined;
  readonly never: ToolFilter | undefined;
}

const EVERY: ToolFilter = { names: undefined, isReadOnly: undefined };

/** Returns the servers of a request. Throws an `ApiError` for what they cannot be. */
export function serverTools(tools: readonly { readonly type: string }[]): readonly ServerTool[] {
  const found = tools.flatMap((tool, index) => {
    if (isMcp(tool)) return [mcpTool(tool, index)];
    return isHosted(tool) ? [standIn(tool, index)] : [];
  });
  const labels = new Set<string>();
  for (const tool of found) {
    if (tool.kind !== 'mcp') continue;
    const { label, index } = tool;
    if (labels.has(label)) throw apiError('mcp_label_repeated', { index, label });
    labels.add(label);
  }
  return found;
}

export function isMcp(tool: { readonly type: string }): tool is McpToolParam {
  return tool.type === 'mcp';
}

export function isHosted(tool: { readonly type: string }): tool is HostedTool {
  return Object.hasOwn(HOSTED_TYPES, tool.type);
}

function standIn({ type }: HostedTool, index: number): ServerTool {
  return { kind: 'stand_in', index, type, of: HOSTED_TYPES[type] };
}

/** The types that are taken whatever the operator has configured, and those of configured stand-ins. */
export function supportedToolTypes(standIns: readonly StandInType[]): readonly string[] {
  return [
    'function',
    'custom',
    'namespace',
    'mcp',
    ...STAND_IN_TYPES.filter((type) => standIns.includes(type)),
  ];
}

function mcpTool(tool: McpToolParam, index: number): Extract<ServerTool, { kind: 'mcp' }> {
  for (const name of ['connector_id', 'tunnel_id'] as const) {
    if ((tool[name] ?? undefined) !== undefined) {
      throw apiError('unsupported_parameter', { param: `tools[${index}].${name}` });
    }
  }
  return {
    kind: 'mcp',
    index,
    label: tool.server_label,
    url: tool.server_url ?? undefined,
    description: tool.server_description ?? undefined,
    headers: headersOf(tool, index),
    allowed: filterOf(tool.allowed_tools ?? undefined) ?? EVERY,
    approval: approvalRules(tool.require_approval ?? 'always'),
  };
}

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that the protocol and the connection have. */
const OWN_HEADERS =
  /^(host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|accept|accept-encoding|mcp-.*|last-event-id|keep-alive|proxy-.*)$/i;

function headersOf(
  { headers, authorization }: McpToolParam,
  index: number,
): Readonly<Record<string, string>> {
  const given = Object.entries(headers ?? {});
  const isFine = ([name, value]: readonly [string, string]): boolean =>
    HEADER_NAME.test(name) && HEADER_VALUE.test(value) && !OWN_HEADERS.test(name);
  if (!given.every(isFine)) {
    throw apiError('mcp_headers_invalid', { param: `tools[${index}].headers` });
  }
  if (authorization === undefined || authorization === null) return Object.fromEntries(given);
  const param = `tools[${index}].authorization`;
  if (!HEADER_VALUE.test(authorization)) throw apiError('mcp_headers_invalid', { param });
  const rest = given.filter(([name]) => name.toLowerCase() !== 'authorization');
  return Object.fromEntries([...rest, ['authorization', `Bearer ${authorization}`]]);
}

type SentFilter = Static<typeof Allowed> | undefined | null;

function filterOf(filter: SentFilter): ToolFilter | undefined {
  if (filter === undefined || filter === null) return undefined;
  if (Array.isArray(filter)) return { names: filter, isReadOnly: undefined };
  const { tool_names: names, read_only: isReadOnly } = filter;
  return { names: names ?? undefined, isReadOnly: isReadOnly ?? undefined };
}

function approvalRules(rules: Static<typeof Approval>): ApprovalRules {
  if (rules === 'always') return { always: EVERY, never: undefined };
  if (rules === 'never') return { always: undefined, never: EVERY };
  const never = filterOf(rules.never);
  const isEmpty = never?.names === undefined && never?.isReadOnly === undefined;
  // A condition without parts must not switch approvals off.
  return { always: filterOf(rules.always), never: isEmpty ? undefined : never };
}
