/** The cost of the console in a browser, against a page that only asks for the same and writes it down. */

import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { createServer, loadConfig } from '../src/index.ts';
import { EXECUTABLE, NO_BROWSER } from '../test/console/support/browser.ts';
import { seedLong } from '../test/console/support/seed.ts';
import { count, fixed, table } from './report.ts';
import { newFolder, removeFolder } from './targets.ts';

const ITEMS = 20_000;
const PAGES = 100;
const CONVERSATIONS = 200;
const BYTES_PER_MB = 1_000_000;
const FRAMES_EACH = 30;
/** Time after the first row in which requests belong to the opening. */
const SETTLE_MS = 1000;
const LIST = 'conversations?sort=last_item_at&limit=50';
const ASSETS = fileURLToPath(new URL('../dist/console/assets/', import.meta.url));

interface Opened {
  /** Milliseconds from the navigation to the first row. */
  readonly firstRow: number;
  readonly requests: number;
  readonly heapMb: number;
}

interface Scrolled {
  readonly requests: number;
  readonly heapMb: number;
  readonly elements: number;
}

interface Visit {
  readonly browser: Browser;
  readonly address: string;
  /** Selector of what counts as a row. */
  readonly row: string;
}

interface ConsoleBenchOptions {
  /** Number of visits of each page. */
  readonly pairs: number;
}

export async function consoleReport(
  { pairs }: ConsoleBenchOptions,
  log: (line: string) => void,
): Promise<string> {
  const sizes = sizesReport();
  if (NO_BROWSER !== undefined) {
    return `${sizes}\n\nThe rest is left out: there is no chromium here (apt-get install chromium).`;
  }
  const folder = newFolder();
  const browser = await chromium.launch({
    executablePath: EXECUTABLE ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const floor = await startFloorPage();
  const settings = { port: 0, databaseUrl: `sqlite:${folder.database}`, corsOrigins: floor.origin };
  const server = await createServer(await loadConfig({ settings }));
  try {
    const { origin } = new URL(await server.listen());
    const id = await fill(`${origin}/v1`);
    const asked = (path: string): string =>
      `${floor.origin}/?url=${encodeURIComponent(`${origin}/v1/${path}`)}`;
    const visits = {
      'list, console': { address: `${origin}/console/`, row: '.row-title' },
      'list, floor': { address: asked(LIST), row: 'pre' },
      'conversation, console': {
        address: `${origin}/console/#/conversations/${id}`,
        row: 'article',
      },
      'conversation, floor': {
        address: asked(`conversations/${id}/items?limit=100&order=desc`),
        row: 'pre',
      },
    };
    const rows: string[][] = [];
    for (const [name, visit] of Object.entries(visits)) {
      log(name);
      const opened: Opened[] = [];
      for (let run = 0; run < pairs; run += 1) opened.push(await open({ browser, ...visit }));
      rows.push([
        name,
        count(median(opened.map(({ firstRow }) => firstRow))),
        count(median(opened.map(({ requests }) => requests))),
        fixed(median(opened.map(({ heapMb }) => heapMb)), 1),
      ]);
    }
    log(`${PAGES} pages of a conversation`);
    const scrolled = await scroll({ browser, ...visits['conversation, console'] });
    return [
      sizes,
      `A list of ${count(CONVERSATIONS)} conversations and one of ${count(ITEMS)} items, each opened in a browser without a cache, ${pairs} times. The floor is a page that asks once and writes the answer down:`,
      table(['page', 'first row, ms', 'requests of the API', 'JS heap, MB'], rows),
      `After ${PAGES} pages of items, read from the end towards the first: ${count(scrolled.requests)} requests, ${fixed(scrolled.heapMb, 1)} MB of JS heap, ${count(scrolled.elements)} elements.`,
    ].join('\n\n');
  } finally {
    await browser.close();
    await server.close();
    floor.close();
    removeFolder(folder);
  }
}

/** Returns the sizes of the built files, compressed by gzip, as the first page and all pages load them. */
function sizesReport(): string {
  const sizeOf = (names: readonly string[]): string =>
    fixed(names.reduce((sum, name) => sum + statSync(`${ASSETS}${name}`).size, 0) / 1000, 1);
  const all = readdirSync(ASSETS).filter((name) => name.endsWith('.gz'));
  const page = readFileSync(`${ASSETS}../index.html`, 'utf8');
  const first = [...page.matchAll(/\.\/assets\/([^"]+)/g)].map(([, name]) => `${name}.gz`);
  const signIn = all.filter((name) => name.startsWith('oidc-'));
  const rest = all.filter((name) => !signIn.includes(name));
  return `Compressed by gzip, the first page has ${sizeOf(first)} kB, all pages ${sizeOf(rest)} kB, and the sign-in at an issuer ${sizeOf(signIn)} kB.`;
}

/** Serves a page that asks for the address in its query. */
async function startFloorPage(): Promise<{ readonly origin: string; close(): void }> {
  const script = `<!doctype html><body><script type="module">
    const answer = await fetch(new URLSearchParams(location.search).get('url'));
    const { data } = await answer.json();
    const list = document.body.appendChild(document.createElement('pre'));
    list.textContent = data.map((entry) => JSON.stringify(entry)).join('\\n');
  </script>`;
  const server = createHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(script);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Sound: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** Stores conversations, and a long one, whose id it returns. */
async function fill(baseURL: string): Promise<string> {
  const client = new OpenAI({ baseURL, apiKey: 'any' });
  for (let number = 0; number < CONVERSATIONS; number += 1) {
    await client.conversations.create({ metadata: { title: `Conversation ${number}` } });
  }
  return seedLong(client, ITEMS);
}

async function open(visit: Visit): Promise<Opened> {
  const { page, requests, close } = await visitPage(visit);
  const firstRow = Number(await page.evaluate('window.firstRow'));
  // The feed of the list stays open, so that the network is never idle.
  await page.waitForTimeout(SETTLE_MS);
  const opened = { firstRow, requests: requests(), heapMb: await heapOf(page) };
  await close();
  return opened;
}

/** Scrolls a conversation towards its first item until enough pages of it were asked for. */
async function scroll(visit: Visit): Promise<Scrolled> {
  const { page, requests, close } = await visitPage(visit);
  for (let tries = 0; requests() < PAGES && tries < PAGES * 20; tries += 1) {
    await page.evaluate(`(async () => {
      let area = document.querySelector('article');
      while (area.scrollHeight <= area.clientHeight || getComputedStyle(area).overflowY === 'visible') {
        area = area.parentElement;
      }
      for (let frame = 0; frame < ${FRAMES_EACH}; frame += 1) {
        area.scrollTop -= 3000;
        await new Promise(requestAnimationFrame);
      }
    })()`);
  }
  const elements = Number(await page.evaluate('document.querySelectorAll("*").length'));
  const scrolled = { requests: requests(), heapMb: await heapOf(page), elements };
  await close();
  return scrolled;
}

/** Opens an address in a browser without memory, and resolves when its first row is there. */
async function visitPage({ browser, address, row }: Visit) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  let requests = 0;
  page.on('request', (request) => {
    if (request.url().includes('/v1/') && request.resourceType() === 'fetch') requests += 1;
  });
  await page.addInitScript(`
    const look = () => {
      if (document.querySelector(${JSON.stringify(row)})) window.firstRow = performance.now();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`);
  await page.goto(address);
  await page.locator(row).first().waitFor();
  // `waitForFunction` evaluates a text, which the policy of the page forbids.
  while ((await page.evaluate('window.firstRow')) === undefined);
  return { page, requests: () => requests, close: () => context.close() };
}

/** Returns the heap of a page after a collection of what it no longer needs, in MB. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / BYTES_PER_MB;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
