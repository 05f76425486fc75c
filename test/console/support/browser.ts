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

/** A page, and what it must not do. Closing it throws when it has asked for other addresses, broken its policy, or thrown what nothing caught. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** What it has done so far that it must not. */
  readonly problems: readonly string[];
  /** Paths of the API that were asked for, in order. */
  readonly calls: readonly string[];
  /** Number of clicks so far. */
  clicks: number;
  /** Clicks on the first element that a selector matches, and counts it. */
  click(selector: string): Promise<void>;
}

/** The browser of this worker, which ends with it. Its pages have nothing in common. */
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

/** The zone of browsers, far from that of the machine, and the minutes by which it is ahead of UTC. */
const ZONE = 'Asia/Kathmandu';
export const ZONE_MINUTES = 345;

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
    timezoneId: ZONE,
    ignoreHTTPSErrors: ignoresCertificates,
    extraHTTPHeaders: headers,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const problems: string[] = [];
  const calls: string[] = [];
  // Of the context, so that further tabs are watched too.
  context.on('request', (request) => {
    const url = request.url();
    if (/^(data|blob):/.test(url)) return;
    if (issuer !== undefined && url.startsWith(`${issuer}/`)) return;
    if (!url.startsWith(`${origin}/`)) problems.push(`it has asked for ${url}`);
    else if (url.includes('/v1/')) calls.push(`${request.method()} ${url.slice(origin.length)}`);
  });
  context.on('console', (message) => {
    if (/Content.Security.Policy|Trusted/i.test(message.text())) problems.push(message.text());
  });
  context.on('weberror', (error) => problems.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(`${origin}/console/${fragment}`);
  const watched: WatchedPage = {
    page,
    problems,
    calls,
    clicks: 0,
    click: async (selector) => {
      watched.clicks += 1;
      await page.locator(selector).first().click();
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      assert.deepEqual(
        problems,
        [],
        'the page must keep to its policy, load nothing from elsewhere, and fail nowhere',
      );
    },
  };
  return watched;
}

/** Types into the bar, and sends it. */
export async function typeInBar({ page }: WatchedPage, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Ends the browser, where no worker ends with it. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}
