import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { examine, type Finding } from '../../support/doctor.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { HANG, raw, startHostileMcpServer, toolNamed } from '../../support/hostile-mcp.ts';
import { startMcpServer } from '../../support/mcp-server.ts';

/** Runs doctor with these lines of a config file, and returns what it has found of MCP servers. */
async function findingsFor(config: string): Promise<readonly Finding[]> {
  await using folder = await temporaryFolder();
  const path = folder.path('colloquy.yaml');
  await writeFile(path, config);
  const environment = { SECRET: 'Bearer very-secret' };
  // With a model server, doctor looks for none at the addresses where other tests have theirs.
  const settings = ['--config', path, '--model-url', 'http://127.0.0.1:1/v1'];
  const { findings } = await examine('sqlite::memory:', settings, { environment });
  return findings.filter(({ check }) => check === 'MCP server');
}

test('doctor lists the tools of each MCP server, and calls none', async () => {
  await using mcp = await startMcpServer();
  const findings = await findingsFor(`
mcp_servers:
  - { label: sums, url: '${mcp.url}' }
  - { label: some, url: '${mcp.url}', tools: [add, read] }
`);
  expect(findings).toMatchObject([
    {
      state: 'ok',
      detail: 'sums lists 6 tools (add, read, long, fail, get_weather, …)',
    },
    { state: 'ok', detail: 'some lists 2 tools (add, read)' },
  ]);
  expect(mcp.calls).toEqual([]);
});

test('doctor warns of a tool in the config file that the MCP server does not list', async () => {
  await using mcp = await startMcpServer();
  const [finding] = await findingsFor(
    `mcp_servers: { sums: { url: '${mcp.url}', tools: [add, raed] } }`,
  );
  expect(finding).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('sums does not list raed'),
  });
});

test('doctor fails for MCP servers that do not run, and shows no secret', async () => {
  await using mcp = await startHostileMcpServer();
  mcp.reply({ initialize: raw('no', {}, 401), 'server/discover': raw('no', {}, 401) });
  const findings = await findingsFor(`
mcp_servers:
  - { label: gone, url: 'http://127.0.0.1:1/mcp' }
  - { label: locked, url: '${mcp.url}', headers_env: [Authorization=SECRET] }
mcp_programs: [{ label: absent, command: [/no/such/program] }]
`);
  expect(findings).toMatchObject([
    { state: 'failed', detail: expect.stringMatching(/^gone .*ECONNREFUSED/) },
    {
      state: 'failed',
      detail: expect.stringMatching(/^locked .*401/),
      fix: expect.stringContaining('headers_env'),
    },
    {
      state: 'failed',
      detail: expect.stringMatching(/^absent .*ENOENT/),
      fix: expect.stringContaining('command'),
    },
  ]);
  expect(JSON.stringify(findings)).not.toContain('very-secret');
});

test('doctor does not wait for an MCP server that does not answer, and shows its names on one line', async () => {
  await using silent = await startHostileMcpServer();
  silent.reply({ 'tools/list': HANG });
  await using odd = await startHostileMcpServer();
  odd.reply({ 'tools/list': { result: { tools: [toolNamed('a\n\u001B[31m')] } } });
  const findings = await findingsFor(`
mcp_servers: [{ label: silent, url: '${silent.url}' }, { label: odd, url: '${odd.url}' }]
`);
  expect(findings).toMatchObject([
    { state: 'failed', detail: expect.stringContaining('did not answer') },
    { state: 'ok', detail: 'odd lists 1 tool (a [31m)' },
  ]);
});
