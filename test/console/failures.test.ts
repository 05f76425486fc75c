import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { startGateway } from './support/gateway.ts';
import { seedShop } from './support/seed.ts';

type Fault = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) => Readonly<Record<string, string>> | undefined;

const server = await startServer();
const id = await seedShop(server.client);
/** What happens to calls of the API on their way. */
let fault: Fault | undefined;
const gateway = await startGateway(server.origin, {
  pass: (incoming, outgoing) =>
    fault !== undefined && incoming.url?.startsWith('/v1/') === true
      ? fault(incoming, outgoing)
      : {},
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  fault = undefined;
});

/** Answers lists of conversations with a status, and counts them. */
function answering(status: number, headers: Readonly<Record<string, string>>, body: string) {
  const asked = { count: 0 };
  fault = ({ url = '' }, outgoing) => {
    if (!url.startsWith('/v1/conversations?')) return {};
    asked.count += 1;
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    return undefined;
  };
  return asked;
}

const cut: Fault = (incoming) => {
  incoming.socket.destroy();
  return undefined;
};

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test.each([429, 503])(
    'an answer of %i is waited for as long as it says, or less, and asks after three tries',
    async (status) => {
      const asked = answering(status, { 'retry-after': '40' }, '{"error":{"message":"Later."}}');
      await using watched = await openPage(gateway.url);
      const { page } = watched;
      const seconds = async () =>
        Number(/Asking again in (\d+) s/.exec(await page.locator('.notices').innerText())?.[1]);
      await expect.poll(seconds).toBeGreaterThan(20);
      const before = await seconds();
      expect(before).toBeLessThanOrEqual(40);
      await expect.poll(seconds).toBeLessThan(before);
      expect(asked.count).toBe(1);
      await page.getByRole('button', { name: 'Now' }).click();
      await expect.poll(() => asked.count).toBe(2);
      await expect.poll(seconds).toBeGreaterThan(20);
      await page.getByRole('button', { name: 'Now' }).click();
      await page.getByText('Later.').waitFor();
      expect(asked.count).toBe(3);
      expect(await page.getByRole('button', { name: 'Now' }).count()).toBe(0);
      fault = undefined;
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.row-title').first().waitFor();
    },
  );

  test('a server that is away leaves what is loaded readable, and the page goes on when it is back', async () => {
    await using watched = await openPage(gateway.url, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    fault = cut;
    await page.keyboard.press('l');
    await page.getByText('What is loaded stays readable').waitFor();
    expect(await page.locator('article').first().isVisible()).toBe(true);
    fault = (_incoming, outgoing) => {
      outgoing.writeHead(502).end();
      return undefined;
    };
    const asked = page.waitForResponse((answer) => answer.status() === 502);
    await page.evaluate(`location.hash = '#/conversations?q=has:title'`);
    await asked;
    fault = undefined;
    await page.locator('.row-title').first().waitFor();
    await expect.poll(() => page.locator('.notices p').count()).toBe(0);
  });

  test('a browser that is offline keeps what is loaded, and goes on when it is online', async () => {
    await using watched = await openPage(gateway.url, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    await page.context().setOffline(true);
    await page.keyboard.press('l');
    await page.getByText('What is loaded stays readable').waitFor();
    expect(await page.locator('article').first().isVisible()).toBe(true);
    const failed = page.waitForEvent('requestfailed', (request) =>
      request.url().includes('/v1/conversations?'),
    );
    await page.evaluate(`location.hash = '#/conversations?q=has:title'`);
    await failed;
    // It waits, and is no failure: the page has asked twice since whether the server is back.
    for (let asked = 0; asked < 2; asked += 1) {
      await page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/server'));
    }
    expect(await page.locator('main [role=alert]').count()).toBe(0);
    await page.context().setOffline(false);
    await page.locator('.row-title').first().waitFor();
    await expect.poll(() => page.locator('.notices p').count()).toBe(0);
  });

  test('a page whose program is asked for offline comes when the browser is online', async () => {
    await using watched = await openPage(gateway.url);
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.context().setOffline(true);
    await page.evaluate(`location.hash = '#/server'`);
    await page.getByText('What is loaded stays readable').waitFor();
    expect(await page.getByText('newer console').count()).toBe(0);
    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'Calling it' }).waitFor();
    await expect.poll(() => page.locator('.notices p').count()).toBe(0);
  });

  test('a page whose program the server no longer has is offered with a newer console', async () => {
    await using watched = await openPage(gateway.url);
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    const program = '**/assets/server-page-*';
    await page.route(program, (route) => route.fulfill({ status: 404 }));
    await page.evaluate(`location.hash = '#/server'`);
    await page.getByText('The server has a newer console.').waitFor();
    await page.unroute(program);
    await page.getByRole('button', { name: 'Load it' }).click();
    await page.getByRole('heading', { name: 'Calling it' }).waitFor();
  });

  test('a change is not repeated when its answer is lost, and can be asked for again', async () => {
    await using watched = await openPage(gateway.url, `#/conversations/${id}`);
    const { page } = watched;
    await page.locator('article').first().waitFor();
    const changes: string[] = [];
    fault = (incoming, outgoing) => {
      if (incoming.method === 'GET') return {};
      changes.push(incoming.url ?? '');
      return cut(incoming, outgoing);
    };
    const outcome = page.evaluate(
      `fetch(new URL('../v1/conversations/none', document.baseURI), { method: 'DELETE' }).catch(String)`,
    );
    expect(await outcome).toContain('TypeError');
    await page.evaluate(`location.hash = '#/search?q=parcel'`);
    await page.getByRole('heading', { name: 'The server does not answer.' }).waitFor();
    expect(changes.filter((url) => url.includes('search')).length).toBe(1);
    fault = undefined;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('mark').first().waitFor();
  });

  test.each([
    ['origin_not_allowed', { 'sec-fetch-site': 'cross-site' }, '--cors-origins'],
    ['host_not_allowed', { host: 'evil.example' }, '127.0.0.1 or localhost'],
  ])('a refusal by %s has the words of the server and what to do', async (code, headers, fix) => {
    fault = () => headers;
    await using watched = await openPage(gateway.url);
    const { page } = watched;
    const alert = page.locator('main [role=alert]');
    await alert.waitFor();
    const text = await alert.textContent();
    expect(text).toContain(code);
    expect(text).toContain(fix);
    expect(text).toMatch(/may not call this server|is not this machine|evil\.example/);
  });

  test('another error has its message, its code and the id of the request', async () => {
    answering(
      500,
      { 'x-request-id': 'req_of_log' },
      '{"error":{"message":"It broke.","code":"internal_error"}}',
    );
    await using watched = await openPage(gateway.url);
    const alert = watched.page.locator('main [role=alert]');
    await alert.waitFor();
    const text = await alert.textContent();
    for (const part of ['It broke.', 'internal_error', 'req_of_log']) expect(text).toContain(part);
  });
});
