import type { Config } from '../../config/config.ts';
import { packageVersion } from '../../config/version.ts';
import type { McpServerOptions } from '../../options/tools.ts';
import { McpServers } from '../../tools/mcp-servers.ts';
import { ListingError, type Tool, type ToolFailure } from '../../tools/port.ts';
import { counted, countedNames } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

const CHECK = 'MCP server';
const ANSWER_WITHIN_MS = 20_000;

/** Connects to each MCP server of the configuration, and requests its list of tools. Calls none. */
export async function* checkMcpServers({ mcp }: Pick<Config, 'mcp'>): AsyncGenerator<Finding> {
  if (mcp.servers.length === 0) return;
  using servers = new McpServers(mcp, packageVersion());
  for (const finding of await Promise.all(mcp.servers.map((each) => checked(each, servers)))) {
    // What servers send is shown on one line.
    yield { ...finding, detail: finding.detail.replaceAll(/[\s\p{Cc}]+/gu, ' ') };
  }
}

async function checked(options: McpServerOptions, servers: McpServers): Promise<Finding> {
  const server = { address: options.address, options, isShared: true };
  const session = servers.session(server, 'doctor');
  try {
    return listFinding(options, await session.list(AbortSignal.timeout(ANSWER_WITHIN_MS)));
  } catch (error) {
    return failureFinding(options, failureOf(error));
  } finally {
    session.release();
  }
}

function listFinding(
  { label, tools: permitted }: McpServerOptions,
  tools: readonly Tool[],
): Finding {
  const names = tools.map(({ name }) => name);
  const missing = permitted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    return warning(
      CHECK,
      `${label} does not list ${missing.join(', ')}, of its \`tools\` in the config file`,
      'Correct the names: requests are offered the others alone.',
    );
  }
  if (names.length === 0) {
    return warning(CHECK, `${label} lists no tool`, 'Look at the log of the MCP server.');
  }
  return ok(CHECK, `${label} lists ${countedNames(names, 'tool')}`);
}

function failureFinding(
  { label, address }: McpServerOptions,
  failure: Pick<ToolFailure, 'message'> & { readonly code?: number },
): Finding {
  const detail = `${label} does not list its tools: ${failure.message}`;
  if (failure.code === 401 || failure.code === 403) {
    return failed(CHECK, detail, 'Correct the variables that its `headers_env` names.');
  }
  return failed(
    CHECK,
    detail,
    address.kind === 'http'
      ? 'Start the MCP server, or correct its `url` in the config file.'
      : 'Run its `command` by hand, and correct it in the config file.',
  );
}

/** Returns the failure of a list. Rethrows what is a fault of the program. */
function failureOf(error: unknown): ReturnType<typeof timedOut> | ToolFailure {
  if (error instanceof ListingError) return error.failure;
  if (error instanceof DOMException && error.name === 'TimeoutError') return timedOut();
  throw error;
}

function timedOut() {
  return { message: `it did not answer within ${counted(ANSWER_WITHIN_MS / 1000, 'second')}` };
}
