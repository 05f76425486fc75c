/**
 * Takes pictures of the console with invented content, into the folder of its argument. Needs chromium, and the console
 * built.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { createServer, loadConfig } from '../../src/index.ts';
import { closeBrowser, NO_BROWSER, openPage } from '../../test/console/support/browser.ts';
import { seedLong, seedShop } from '../../test/console/support/seed.ts';

const LONG = 3000;
const SETTLE_MS = 600;
const SCHEMES = ['light', 'dark'] as const;

if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
const folder = process.argv[2] ?? 'shots';
await mkdir(folder, { recursive: true });
const settings = { port: 0, databaseUrl: 'sqlite::memory:' };
const server = await createServer(await loadConfig({ settings }));
const url = await server.listen();
const client = new OpenAI({ baseURL: url, apiKey: 'any' });
const long = await seedLong(client, LONG);
const shop = await seedShop(client);

const SHOTS = [
  { name: 'list', fragment: '' },
  { name: 'none', fragment: '#/conversations?q=user_id:nobody' },
  { name: 'search', fragment: '#/search?q=parcel' },
  { name: 'conversation', fragment: `#/conversations/${shop}` },
  { name: 'details', fragment: `#/conversations/${shop}`, keys: ['j', 'j', 'Enter'] },
  { name: 'outline', fragment: `#/conversations/${shop}`, keys: ['o'] },
  { name: 'long', fragment: `#/conversations/${long}` },
  { name: 'keys', fragment: '', keys: ['?'] },
  { name: 'absent', fragment: '#/conversations/conv_none' },
];

for (const { name, fragment, keys = [] } of SHOTS) {
  for (const [width, colorScheme] of [
    ...SCHEMES.map((scheme) => [1280, scheme] as const),
    [320, 'light'] as const,
  ]) {
    await using watched = await openPage(new URL(url).origin, fragment, { colorScheme, width });
    await watched.page.waitForTimeout(SETTLE_MS);
    for (const key of keys) await watched.page.keyboard.press(key);
    await watched.page.waitForTimeout(SETTLE_MS);
    await watched.page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
  }
}
await closeBrowser();
await server.close();
