import type { LookupFunction } from 'node:net';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { isUrlPattern, urlMatcher } from '../../src/base/url-patterns.ts';
import { MCP_LIMITS, type McpLimits } from '../../src/options/tools.ts';
import { isPublicAddress, type AddressRules } from '../../src/tools/addresses.ts';
import { McpServers } from '../../src/tools/mcp-servers.ts';
import { raw, startHostileMcpServer } from '../support/hostile-mcp.ts';
import { closed, listening, startMcpServer } from '../support/mcp-server.ts';

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.1.2.3',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'localhost',
  '',
])('the address %j is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001::200e'])(
  'the address %s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['https://*.example.com/*', 'https://a.example.com/mcp', true],
  ['https://*.example.com/*', 'https://a.b.example.com/', true],
  ['https://*.example.com/*', 'https://example.com/', false],
  ['https://*.example.com/*', 'http://a.example.com/', false],
  ['https://*.example.com/*', 'https://a.example.com:8443/', false],
  ['https://*.example.com/*', 'https://evil.com/.example.com/', false],
  ['https://*.example.com/*', 'https://evil.com#.example.com/', false],
  ['https://*.example.com/*', 'https://a.example.com.evil.com/', false],
  ['https://*.example.com/*', 'https://user@evil.com/a.example.com/', false],
  ['https://*.example.com/*', String.raw`https://evil.com\.example.com/`, false],
  ['https://example.com', 'https://EXAMPLE.com/any', true],
  ['https://example.com/mcp', 'https://example.com/mcp?x=1', true],
  ['https://example.com/mcp', 'https://example.com/mcp2', false],
  ['https://example.com/mcp/*', 'https://example.com/mcp/../admin', false],
  ['https://example.com:443/*', 'https://example.com/', true],
  ['http://*:*/*', 'http://any.example:81/', true],
  ['https://*/*', 'https://[::1]/', false],
])('the pattern %s and the URL %s: %s', (pattern, url, isMatch) => {
  expect(isUrlPattern(pattern)).toBe(true);
  expect(urlMatcher([pattern])(new URL(url))).toBe(isMatch);
});

test.each(['example.com', 'ftp://example.com', 'https://', 'https://a@b/', 'https://a/?x', '*'])(
  '%j is not a pattern of URLs',
  (text) => {
    expect(isUrlPattern(text)).toBe(false);
  },
);

const limits: McpLimits = {
  ...MCP_LIMITS,
  connectTimeoutMs: 2_000,
  callTimeoutMs: 2_000,
  maxResultBytes: 10_000,
  maxAnswerBytes: 1_000_000,
  maxTools: 10,
  maxRounds: 5,
};

/** Resolves every name to addresses, one list after the other. */
function resolving(...answers: readonly (readonly string[])[]): LookupFunction {
  let asked = 0;
  return (_name, _options, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

/** Lists the tools of a server that a request has named. */
async function listed(url: string, rules: AddressRules): Promise<readonly string[]> {
  using servers = new McpServers(
    { servers: [], allowedUrls: ['http://*:*/*'], limits },
    '1',
    rules,
  );
  const server = servers.find({ label: 'theirs', url, headers: {} });
  if (typeof server === 'string') throw new Error(server);
  const session = servers.session(server, 'owner');
  try {
    const tools = await session.list(new AbortController().signal);
    return tools.map(({ name }) => name);
  } finally {
    session.release();
  }
}

const NOT_PUBLIC = 'the URL leads to an address that is not public';
/** Takes loopback for public, as in an internet of one machine; the rest of 127/8 is private. */
const isLoopbackAlone = (address: string): boolean => address === '127.0.0.1';

test('a name that resolves to a public address is reached there', async () => {
  await using mcp = await startMcpServer();
  const { port } = new URL(mcp.url);
  const rules = { isAllowed: isLoopbackAlone, lookup: resolving(['127.0.0.1']) };
  expect(await listed(`http://tools.example:${port}/mcp`, rules)).toContain('add');
});

test.each([
  ['a private address', [['127.0.0.2']]],
  ['a public and a private address', [['127.0.0.1', '10.0.0.1']]],
  ['the address of the metadata of a cloud', [['169.254.169.254']]],
])('a name that resolves to %s is not reached', async (_name, answers) => {
  await using mcp = await startMcpServer();
  const { port } = new URL(mcp.url);
  const rules = { isAllowed: isLoopbackAlone, lookup: resolving(...answers) };
  await expect(listed(`http://tools.example:${port}/mcp`, rules)).rejects.toThrow(NOT_PUBLIC);
  expect(mcp.methods).toEqual([]);
});

test('a name that changes its mind is reached where it was checked, or not at all', async () => {
  const requests: string[] = [];
  const inner = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end();
  });
  const { port } = new URL(await listening(inner));
  const rules = {
    isAllowed: (address: string) => address !== '127.0.0.1',
    lookup: resolving(['203.0.113.1'], ['127.0.0.1']),
  };
  await expect(listed(`http://rebinding.example:${port}/`, rules)).rejects.toThrow();
  await expect(listed(`http://rebinding.example:${port}/`, rules)).rejects.toThrow(NOT_PUBLIC);
  expect(requests).toEqual([]);
  await closed(inner);
});

test.each([
  'http://127.0.0.1:PORT/',
  'http://[::1]:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
])('the URL %s with a private address is not reached', async (url) => {
  await using mcp = await startMcpServer();
  const rules = { isAllowed: isPublicAddress, lookup: resolving(['8.8.8.8']) };
  const to = url.replace('PORT', new URL(mcp.url).port);
  await expect(
    listed(to, rules).catch((error: unknown) => {
      throw error === 'url_refused' ? new Error(NOT_PUBLIC) : error;
    }),
  ).rejects.toThrow(/not public|url_refused/);
  expect(mcp.methods).toEqual([]);
});

test('a redirect of a server that a request has named is not followed', async () => {
  await using inner = await startMcpServer();
  await using hostile = await startHostileMcpServer();
  const rules = { isAllowed: isLoopbackAlone, lookup: resolving(['127.0.0.1']) };
  for (const location of [inner.url, 'http://169.254.169.254/latest', '/other']) {
    const redirect = raw('', { location }, 307);
    hostile.reply({ initialize: redirect, 'server/discover': redirect });
    await expect(listed(hostile.url, rules)).rejects.toThrow(/redirects/);
  }
  expect(inner.methods).toEqual([]);
});
