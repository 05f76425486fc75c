import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { CONVERSATIONS, pathOf, startAccessServer } from '../../support/access.ts';

const CONFIG = 'auth:\n  schemes: [headers]\n  headers: { tenant: x-tenant, teams: x-teams }\n';

function gatewayHeaders(
  subject: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    'x-colloquy-subject': subject,
    'x-colloquy-secret': 's3cret',
    'x-tenant': 'acme',
    ...more,
  };
}

test('headers of a gateway are accepted only with the secret', async () => {
  await using access = await startAccessServer(CONFIG, '--auth-headers-secret', 's3cret');
  const ann = gatewayHeaders('ann');
  const { status, body } = await access.call(undefined, 'POST', CONVERSATIONS, {}, ann);
  expect(status).toBe(200);
  const get = async (headers: Record<string, string>): Promise<number> =>
    (await access.call(undefined, 'GET', pathOf(body.id), undefined, headers)).status;
  expect(await get(ann)).toBe(200);
  expect(await get(gatewayHeaders('bob'))).toBe(404);
  expect(await get(gatewayHeaders('ann', { 'x-tenant': 'other' }))).toBe(404);
  expect(await get(gatewayHeaders('ann', { 'x-colloquy-secret': 'guess' }))).toBe(401);
  expect(await get({ 'x-colloquy-subject': 'ann', 'x-tenant': 'acme' })).toBe(401);
  expect(await get({})).toBe(401);
});

test('a header of a gateway that comes twice is answered 400', async () => {
  await using access = await startAccessServer(CONFIG, '--auth-headers-secret', 's3cret');
  // A gateway that appends would leave the caller's own header in the request.
  const headers = { ...gatewayHeaders('ann'), 'x-tenant': ['acme', 'acme'] };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const url = `${access.server.origin}${CONVERSATIONS}`;
    const request = httpRequest(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
  expect(status).toBe(400);
});

test('headers of a gateway are read as UTF-8, or as Latin-1 where they are not UTF-8', async () => {
  await using access = await startAccessServer(CONFIG, '--auth-headers-secret', 'geheim-ü');
  for (const secret of ['geheim-ü', Buffer.from('geheim-ü').toString('latin1')]) {
    const headers = gatewayHeaders('ann', { 'x-colloquy-secret': secret });
    const answer = await access.call(undefined, 'GET', CONVERSATIONS, undefined, headers);
    expect(answer.status).toBe(200);
  }
});

test.each([
  ['accepts', '127.0.0.0/8', 200],
  ['refuses', '10.0.0.0/8', 401],
])(
  'a server %s headers of a gateway from this machine when the list of addresses is %s',
  async (_verb, address, status) => {
    const config = CONFIG.replace(' }', `, addresses: ["${address}"] }`);
    await using access = await startAccessServer(config);
    const headers = { 'x-colloquy-subject': 'ann', 'x-tenant': 'acme' };
    const answer = await access.call(undefined, 'GET', CONVERSATIONS, undefined, headers);
    expect(answer.status).toBe(status);
  },
);

test('headers of a gateway without a secret or addresses are refused at start', async () => {
  await expect(startAccessServer(CONFIG)).rejects.toThrow('any caller could send');
});
