import { expect, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { createServer, loadConfig } from '../../src/index.ts';
import { ConsoleSite } from '../../src/wire/console/console-site.ts';
import { startAccessServer } from '../support/access.ts';
import { temporaryFolder } from '../support/folder.ts';
import { CLIENT_ID, startSignInIssuer } from './support/sign-in-issuer.ts';

async function policyAt(origin: string): Promise<string> {
  const { headers } = await fetch(`${origin}/console/`);
  return headers.get('content-security-policy') ?? '';
}

function signingIn(issuer: string): string {
  return `auth: { schemes: [jwt], jwt: { issuer: "${issuer}", audience: colloquy } }
console: { oidc_client_id: ${CLIENT_ID} }
`;
}

test('no page may show the console in a frame, except those that are named', async () => {
  await using usual = await startAccessServer();
  expect(await policyAt(usual.server.origin)).toContain("frame-ancestors 'none'");
  await using embedded = await startAccessServer(
    'auth: keys\nconsole: { frame_ancestors: [self, "https://office.example.com"] }\n',
  );
  expect(await policyAt(embedded.server.origin)).toContain(
    "frame-ancestors 'self' https://office.example.com;",
  );
});

test.each(['https://a.example; script-src *', 'https://a.example b', '*', 'office.example.com'])(
  'the origin %s of a frame is refused at start',
  async (source) => {
    await expect(
      startAccessServer(`auth: keys\nconsole: { frame_ancestors: ["${source}"] }\n`),
    ).rejects.toMatchObject({ code: 'invalid_setting' });
  },
);

test('the page may call its issuer and no one else', async () => {
  await using issuer = await startSignInIssuer();
  await using access = await startAccessServer(signingIn(issuer.url));
  expect(await policyAt(access.server.origin)).toContain(`connect-src 'self' ${issuer.url};`);
  const { body } = await access.server.request('/v1/server');
  expect(body).toMatchObject({
    authentication: {
      oidc: { issuer: issuer.url, client_id: CLIENT_ID, scope: 'openid', parameters: {} },
    },
  });
});

test('a server starts while its issuer is away, says so, and finds it later', async () => {
  let isAway = true;
  let url = '';
  const token = 'http://127.0.0.1:1';
  const issuer = createHttpServer((_request, response) => {
    if (isAway) return void response.writeHead(503).end();
    response.end(JSON.stringify({ issuer: url, token_endpoint: `${token}/token` }));
  });
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  // Sound: it listens on TCP.
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  await using folder = await temporaryFolder();
  await writeFile(folder.path('c.yaml'), signingIn(url));
  const config = await loadConfig({
    arguments: [
      '--port',
      '0',
      '--database-url',
      'sqlite::memory:',
      '--config',
      folder.path('c.yaml'),
    ],
  });
  const log = new PassThrough();
  let lines = '';
  log.on('data', (bytes: Buffer) => (lines += bytes.toString()));
  const server = await createServer(config, { log });
  try {
    const origin = new URL(await server.listen()).origin;
    expect(await policyAt(origin)).toContain(`connect-src 'self' ${url};`);
    await expect.poll(() => lines).toContain('cannot be reached');
    isAway = false;
    await expect.poll(() => policyAt(origin)).toContain(`connect-src 'self' ${url} ${token};`);
    expect(lines).toContain('answers again');
  } finally {
    await server.close();
    issuer.closeAllConnections();
    issuer.close();
  }
});

test('a console that is not built is answered with the command that builds it', async () => {
  await using folder = await temporaryFolder();
  const site = new ConsoleSite({
    issuer: undefined,
    frameAncestors: [],
    folder: new URL(`file://${folder.path('none')}/`),
  });
  const server = createHttpServer((request, response) => {
    site.answer(request, '/console/').catch((error: unknown) => response.end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Sound: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/console/`);
  expect(await answer.text()).toContain('npm run build');
  server.close();
});
