import { connectorError, echo, invalidRequest, listed } from './definition.ts';

/** Errors of the tools that the server runs itself, and of approvals. */
export const TOOL_ERRORS = {
  hosted_tool_unsupported: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { index: number; type: string; supported: readonly string[] }) =>
      `Hosted tool '${echo(d.type)}' is not supported by this server. Supported types are: ${listed(d.supported)}.`,
    param: (d) => `tools[${d.index}].type`,
    cause: "The tool runs at OpenAI, and no MCP server of this server's operator stands in for it.",
    fix: 'Leave the tool out. The operator may name an MCP server for it, with `stands_in_for`.',
  }),
  mcp_server_unknown: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { index: number; label: string }) =>
      `MCP server '${echo(d.label)}' is not known to this server, and the tool has no 'server_url'.`,
    param: (d) => `tools[${d.index}].server_label`,
    cause: 'No MCP server is configured under the label, and the request does not say where it is.',
    fix: 'Use a label that the operator has configured, or send `server_url` if the operator allows URLs.',
  }),
  mcp_url_refused: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { index: number }) =>
      `The 'server_url' of tools[${d.index}] is not one that this server may use.`,
    param: (d) => `tools[${d.index}].server_url`,
    cause:
      'The URL is not among those that the operator allows (`mcp_allow_urls`), has credentials in it, or is not a URL.',
    fix: 'Use a server that the operator has configured, or ask the operator to allow the URL. Credentials go into `authorization`.',
  }),
  mcp_headers_invalid: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { param: string }) =>
      `Invalid '${d.param}': a header has a name or a value that HTTP does not allow.`,
    param: (d) => d.param,
    cause:
      'A name has other characters than letters, digits and dashes, or a value has a line end.',
    fix: 'Correct the header.',
  }),
  tool_repeated: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { name: string }) => `Duplicate tool name in 'tools': '${echo(d.name)}'.`,
    param: () => 'tools',
    cause: 'Two tools of one namespace, or outside of all, have the same name.',
    fix: 'Give each tool a name of its own, or put them into namespaces.',
  }),
  mcp_label_repeated: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { index: number; label: string }) =>
      `Duplicate 'server_label' in tools[${d.index}]: '${echo(d.label)}'.`,
    param: (d) => `tools[${d.index}].server_label`,
    cause: 'Two MCP servers of one request have the same label.',
    fix: 'Give each server a label of its own.',
  }),
  mcp_in_background: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { index: number }) =>
      `Invalid 'tools[${d.index}]': with 'background', an MCP server is named by its 'server_label' alone.`,
    param: (d) => `tools[${d.index}]`,
    cause:
      'A response in the background is stored before it is made, and URLs, `authorization` and headers of a request are never stored.',
    fix: 'Use a server that the operator has configured, without headers of the request; or leave `background` out.',
  }),
  mcp_list_failed: connectorError({
    status: 424,
    code: 'http_error',
    message: (d: { label: string; reason: string }) =>
      `Error retrieving tool list from MCP server: '${echo(d.label)}'. ${d.reason}`,
    param: () => 'tools',
    cause:
      'The MCP server cannot be reached, refuses the credentials, did not answer in time, or listed more than is allowed.',
    fix: 'Correct what the message names, or leave the server out.',
  }),
  approval_request_not_found: invalidRequest({
    status: 400,
    code: null,
    message: (d: { id: string }) => `No approval request found with id '${echo(d.id)}'.`,
    param: () => 'input',
    cause:
      'The request is not in the conversation or the response that is continued, was not made by a response of this server, was deleted, or may not be read and changed by this caller.',
    fix: 'Continue what has the request. A client that keeps the history itself sends the request too; responses with `store: false` cannot ask for approvals.',
  }),
  approval_answered: invalidRequest({
    status: 400,
    code: null,
    message: (d: { id: string }) => `Approval request '${echo(d.id)}' has already been answered.`,
    param: () => 'input',
    cause: 'The request was approved or refused before, or twice in this request.',
    fix: 'Send each answer once.',
  }),
  approval_without_server: invalidRequest({
    status: 400,
    code: 'invalid_value',
    message: (d: { label: string }) =>
      `The approved call needs the MCP server '${echo(d.label)}', which is not in 'tools'.`,
    param: () => 'tools',
    cause: 'Tools are not remembered from one request to the next.',
    fix: 'Send the MCP tool with the approval.',
  }),
};
