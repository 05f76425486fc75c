import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { startGateway } from './support/gateway.ts';

const access = await startAccessServer(
  'auth:\n  schemes: [headers]\n  headers: { tenant: x-tenant }\nconsole: { title_keys: [ticket] }\n',
  '--auth-headers-secret',
  's3cret',
);
/** Who is signed in at the gateway, by its cookie. */
const sessions = new Map<string, { readonly subject: string; readonly tenant: string }>();
const gateway = await startGateway(access.server.origin, {
  pass: ({ headers: { cookie = '' } }) => {
    const caller = sessions.get(/session=(\w+)/.exec(cookie)?.[1] ?? '');
    if (caller === undefined) return {};
    const { subject, tenant } = caller;
    return { 'x-colloquy-subject': subject, 'x-colloquy-secret': 's3cret', 'x-tenant': tenant };
  },
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await access[Symbol.asyncDispose]();
});
beforeEach(() => {
  sessions.set('one', { subject: 'ann', tenant: 'acme' });
  sessions.set('two', { subject: 'ann', tenant: 'other' });
});
const asAnn = {
  'x-colloquy-subject': 'ann',
  'x-colloquy-secret': 's3cret',
  'x-tenant': 'acme',
};
const created = await access.call(
  undefined,
  'POST',
  '/v1/conversations',
  { metadata: { ticket: 'For acme alone', title: 'Not shown as the title' } },
  asAnn,
);
const fragment = `#/conversations/${created.body.id}`;

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a gateway signs callers in by its cookie, and a session that ends there is waited for', async () => {
    await using watched = await openPage(gateway.url);
    const { page } = watched;
    await page.getByText('The gateway in front of this server has not signed you in').waitFor();
    expect(await page.locator('dialog input').count()).toBe(0);
    await page.context().addCookies([{ name: 'session', value: 'one', url: gateway.url }]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('link', { name: 'For acme alone' }).click();
    await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
    sessions.delete('one');
    await page.evaluate(`location.hash = '#/search?q=parcel'`);
    await page.getByText('does not take the sign-in of acme / ann').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('#gateway-problem:not(:empty)').waitFor();
    sessions.set('one', { subject: 'ann', tenant: 'acme' });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Nothing found').waitFor();
  });

  test('a caller of another tenant sees nothing, in the list and by a link', async () => {
    await using watched = await openPage(gateway.url, fragment, {
      headers: { cookie: 'session=two' },
    });
    const { page } = watched;
    await page.locator('[role=alert] h2').waitFor();
    await page.evaluate(`location.hash = '#/conversations'`);
    await page.getByText('No conversations that you may read').waitFor();
    expect(await page.locator('#console').textContent()).not.toContain('acme');
  });

  test('another caller of the gateway after a reload has no place of the one before', async () => {
    await using watched = await openPage(gateway.url, fragment, {
      headers: { cookie: 'session=one' },
    });
    const { page } = watched;
    await page.getByRole('heading', { name: 'For acme alone' }).waitFor();
    await page.context().setExtraHTTPHeaders({ cookie: 'session=two' });
    await page.reload();
    await page.getByText('No conversations that you may read').waitFor();
    expect(page.url()).toBe(`${gateway.url}/console/`);
  });
});
