import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startAccessServer } from '../support/access.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';
import { CLIENT_ID, startSignInIssuer } from './support/sign-in-issuer.ts';

const issuer = await startSignInIssuer();
const usual = { ...issuer.behaviour };
const access = await startAccessServer(`auth:
  schemes: [jwt]
  jwt: { issuer: "${issuer.url}", audience: colloquy, clock_tolerance: 0 }
console: { oidc_client_id: ${CLIENT_ID}, oidc_audience_parameter: resource }
`);
afterAll(async () => {
  await access[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});
beforeEach(() => Object.assign(issuer.behaviour, usual));
const { origin } = access.server;

const BUTTON = 'dialog.sign-in button.main';
const TITLE = 'Where is my parcel?';

function open(fragment = ''): Promise<WatchedPage> {
  return openPage(origin, fragment, { issuer: issuer.url });
}

/** Signs in, and resolves when the list is there. */
async function signIn({ page }: WatchedPage): Promise<void> {
  await page.locator(BUTTON).first().click();
  await page.locator('h1#title').waitFor();
  await page.getByRole('button', { name: '/ ann' }).waitFor();
}

/** Makes a conversation in the page, with the token that the page has, and returns its id. */
async function conversationOf(watched: WatchedPage): Promise<string> {
  const request = watched.page.waitForRequest((sent) => sent.url().includes('/v1/conversations'));
  await watched.page.keyboard.press('/');
  await watched.page.keyboard.type('has:title');
  await watched.page.keyboard.press('Enter');
  const token = (await (await request).allHeaders())['authorization']?.slice('Bearer '.length);
  const made = await access.call(token, 'POST', '/v1/conversations', {
    metadata: { title: TITLE },
  });
  return made.body.id;
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a sign-in by code and PKCE returns to the link that was opened, and keeps nothing', async () => {
    await using first = await open();
    await signIn(first);
    const id = await conversationOf(first);
    await using watched = await open(`#/conversations/${id}?item=msg_none`);
    const { page } = watched;
    await page.locator(BUTTON).first().click();
    await page.getByText(TITLE).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(new URL(page.url()).hash).toContain(id);
    const asked = issuer.authorizations.at(-1);
    expect(asked?.get('resource')).toBe('colloquy');
    expect(asked?.get('code_challenge_method')).toBe('S256');
    const kept = await page.evaluate(
      '[{ ...localStorage }, Object.keys(sessionStorage), document.cookie]',
    );
    // The tab notes whose places it has.
    expect(kept).toEqual([{}, ['colloquy.caller'], '']);
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain('eyJ');
  });

  test.each([
    ['access_denied', /refused the sign-in.*\(access_denied\)/],
    ['temporarily_unavailable', /is busy\. Try again later/],
  ])('the error %s of the issuer is told in words', async (error, words) => {
    issuer.behaviour.error = error;
    await using watched = await open('#/search?q=parcel');
    const { page } = watched;
    await page.locator(BUTTON).first().click();
    await expect.poll(() => page.locator('#issuer-problem').textContent()).toMatch(words);
    expect(page.url()).toBe(`${origin}/console/#/search?q=parcel`);
    issuer.behaviour.error = undefined;
    await signIn(watched);
  });

  test.each([
    ['a token for another audience', { audience: 'else' }, /does not take its token/],
    ['an issuer of another name', { named: 'https://else.example' }, /cannot be trusted/],
    ['an ID token for another request', { nonce: 'other' }, /cannot be trusted/],
  ])('%s does not sign in', async (_what, change, words) => {
    Object.assign(issuer.behaviour, change);
    await using watched = await open();
    await watched.page.locator(BUTTON).first().click();
    await expect.poll(() => watched.page.locator('#issuer-problem').textContent()).toMatch(words);
  });

  test('an answer that this tab has not asked for does not sign in', async () => {
    await using watched = await open();
    const { page } = watched;
    await page.goto(`${origin}/console/?code=stolen&state=other`);
    await expect
      .poll(() => page.locator('#issuer-problem').textContent())
      .toContain('not begun in this tab');
    expect(page.url()).toBe(`${origin}/console/`);
  });

  test('a token is renewed by refresh tokens that are used once', async () => {
    Object.assign(issuer.behaviour, { givesRefreshTokens: true, hasSession: false, lifetime: 8 });
    await using watched = await open();
    await signIn(watched);
    const renewed = () => issuer.grants.filter((grant) => grant === 'refresh_token').length;
    const before = renewed();
    await expect.poll(renewed, { timeout: 40_000 }).toBeGreaterThan(before + 1);
    expect(await watched.page.locator('dialog.sign-in').count()).toBe(0);
    expect(issuer.grants).not.toContain('invalid_grant');
  });

  test('a token without a refresh token is renewed by way of the issuer, at the same place', async () => {
    issuer.behaviour.lifetime = 600;
    await using watched = await open('#/search?q=parcel');
    const { page } = watched;
    await page.clock.install();
    await page.reload();
    await signIn(watched);
    const { length } = issuer.authorizations;
    await page.clock.fastForward(560_000);
    await expect.poll(() => issuer.authorizations.length).toBe(length + 1);
    expect(issuer.authorizations.at(-1)?.get('prompt')).toBe('none');
    await page.getByRole('button', { name: '/ ann' }).waitFor();
    expect(page.url()).toBe(`${origin}/console/#/search?q=parcel`);
  });

  test('a token that ends during use asks for a sign-in over the page, which goes on', async () => {
    Object.assign(issuer.behaviour, { lifetime: 3, hasSession: false });
    await using watched = await open();
    const { page } = watched;
    await signIn(watched);
    let words = 0;
    await expect
      .poll(async () => {
        words += 1;
        await page.evaluate(`location.hash = '#/search?q=word${words}'`);
        return page.locator('dialog.sign-in').count();
      })
      .toBe(1);
    await page.getByText('does not take the sign-in of').waitFor();
    const { hash } = new URL(page.url());
    issuer.behaviour.lifetime = 600;
    await signIn(watched);
    expect(new URL(page.url()).hash).toBe(hash);
  });

  test('a sign-out in one tab signs the other one out too', async () => {
    await using watched = await open();
    const { page } = watched;
    await signIn(watched);
    const other = await page.context().newPage();
    await other.goto(`${origin}/console/`);
    await other.locator(BUTTON).first().click();
    await other.getByRole('button', { name: '/ ann' }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('dialog.sign-in').waitFor();
    await other.locator('dialog.sign-in').waitFor();
  });
});
