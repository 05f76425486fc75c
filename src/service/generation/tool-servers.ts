/** The servers that a request's tools mean, and the errors of those that cannot be used. */

import { apiError } from '../../contract/errors/registry.ts';
import {
  supportedToolTypes,
  type ApprovalRules,
  type ServerTool,
  type ToolFilter,
} from '../../contract/responses/server-tools.ts';
import type { McpServers, UsableServer } from '../../tools/mcp-servers.ts';
import { ListingError, type Tool, type ToolSession } from '../../tools/port.ts';

const NEVER: ApprovalRules = {
  always: undefined,
  never: { names: undefined, isReadOnly: undefined },
};
/** A server that a request may use, and on which conditions. */
export interface Usable {
  readonly label: string;
  readonly server: UsableServer;
  readonly allowed: ToolFilter;
  readonly approval: ApprovalRules;
}

/** Finds the server of a tool. Throws an `ApiError` for one that may not be used. */
export function usableServer(tool: ServerTool, servers: McpServers): Usable {
  const { index } = tool;
  if (tool.kind === 'stand_in') {
    const options = servers.standIn(tool.of);
    if (options === undefined) {
      const supported = supportedToolTypes(servers.standIns);
      throw apiError('hosted_tool_unsupported', { index, type: tool.type, supported });
    }
    return {
      label: options.label,
      server: { address: options.address, options, isShared: true },
      allowed: { names: undefined, isReadOnly: undefined },
      approval: NEVER,
    };
  }
  const { label, url, headers, allowed, approval } = tool;
  const server = servers.find({ label, url, headers });
  if (server === 'unknown_label') throw apiError('mcp_server_unknown', { index, label });
  if (server === 'url_refused') throw apiError('mcp_url_refused', { index });
  return { label, server, allowed, approval };
}

/** Begins the use of a server. Throws `mcp_list_failed` when there are too many connections. */
export function sessionOf(
  { servers, owner }: { readonly servers: McpServers; readonly owner: string },
  label: string,
  server: UsableServer,
): ToolSession {
  try {
    return servers.session(server, owner);
  } catch (error) {
    throw error instanceof ListingError ? listError(label, error) : error;
  }
}

/** Returns the error of a list that cannot be had. */
export function listError(label: string, { failure }: ListingError): Error {
  const reason =
    failure.kind === 'http_error'
      ? `Http status code: ${failure.code}`
      : `${failure.message.charAt(0).toUpperCase()}${failure.message.slice(1)}.`;
  return apiError('mcp_list_failed', { label, reason });
}

/** Checks that a tool meets a condition. */
export function fits({ name, isReadOnly }: Tool, filter: ToolFilter): boolean {
  return (
    (filter.names?.includes(name) ?? true) &&
    (filter.isReadOnly === undefined || filter.isReadOnly === isReadOnly)
  );
}
