import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where systems put the browser. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const EXECUTABLE = PLACES.find((path) => existsSync(path));

/** Why tests with a browser are skipped; `undefined` where there is one. */
export const NO_BROWSER =
  EXECUTABLE === undefined
    ? 'skipped: there is no chromium here (apt-get install chromium)'
    : undefined;

if (NO_BROWSER !== undefined) console.info(NO_BROWSER);

/** A page, and what it must not do. Closing it throws when it has asked for other addresses or broken its policy. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Paths of the API that were asked for, in order. */
  readonly calls: readonly string[];
  /** Number of clicks so far. */
  clicks: number;
  /** Clicks on the first element that a selector matches, and counts it. */
  click(selector: string): Promise<void>;
}

let browser: Promise<Browser> | undefined;

interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  /** Pixels. */
  readonly width?: number;
  /** Origin to which the page may go to sign in. */
  readonly issuer?: string;
  readonly ignoresCertificates?: boolean;
  /** Headers of every request, as a gateway would add them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens an address of a server in a browser without memory. */
export async function openPage(
  origin: string,
  fragment = '',
  {
    colorScheme = 'light',
    width = 1280,
    issuer,
    ignoresCertificates = false,
    headers = {},
  }: PageOptions = {},
): Promise<WatchedPage> {
  browser ??= chromium.launch({
    executablePath: EXECUTABLE ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const context = await (
    await browser
  ).newContext({
    colorScheme,
    viewport: { width, height: 860 },
    locale: 'en-GB',
    ignoreHTTPSErrors: ignoresCertificates,
    extraHTTPHeaders: headers,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const elsewhere: string[] = [];
  // Of the policy of headers; and errors that nothing caught.
  const violations: string[] = [];
  const calls: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (/^(data|blob):/.test(url)) return;
    if (issuer !== undefined && url.startsWith(`${issuer}/`)) return;
    if (!url.startsWith(`${origin}/`)) elsewhere.push(url);
    else if (url.includes('/v1/')) calls.push(`${request.method()} ${url.slice(origin.length)}`);
  });
  page.on('console', (message) => {
    if (/Content.Security.Policy|Trusted/i.test(message.text())) violations.push(message.text());
  });
  page.on('pageerror', (error) => violations.push(String(error)));
  await page.goto(`${origin}/console/${fragment}`);
  const watched: WatchedPage = {
    page,
    calls,
    clicks: 0,
    click: async (selector) => {
      watched.clicks += 1;
      await page.locator(selector).first().click();
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      assert.deepEqual(violations, [], 'the page must keep to its policy');
      assert.deepEqual(elsewhere, [], 'the page must load nothing from elsewhere');
    },
  };
  return watched;
}

/** Opens a conversation at its end, and goes to its first item by keys. */
export async function openAtFirst(origin: string, id: string): Promise<WatchedPage> {
  const watched = await openPage(origin, `#/conversations/${id}`);
  await watched.page.locator('article').first().waitFor();
  await watched.page.keyboard.press('g');
  await watched.page.keyboard.press('g');
  return watched;
}

/** Types into the bar, and sends it. */
export async function typeInBar({ page }: WatchedPage, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Ends the browser of this worker. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}
