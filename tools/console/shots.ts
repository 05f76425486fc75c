/**
 * Takes pictures of the console with invented content, into the folder of its argument. Needs chromium, and the console
 * built. `--docs` takes only those of the documentation.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Page } from 'playwright-core';
import { createServer, loadConfig } from '../../src/index.ts';
import { closeBrowser, NO_BROWSER, openPage } from '../../test/console/support/browser.ts';
import { called, said } from '../../test/support/chat-answers.ts';
import { runCommand } from '../../test/support/command.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { startModelServer } from '../../test/support/model-server.ts';
import { seedLong, seedShop } from '../../test/console/support/seed.ts';

const LONG = 3000;
const SETTLE_MS = 600;
const MODEL = 'qwen3';
/** Longer than a page is left without input. */
const IDLE_MS = 31 * 60_000;

if (NO_BROWSER !== undefined) throw new Error(NO_BROWSER);
const isOfDocs = process.argv.includes('--docs');
const folder = process.argv.slice(2).find((word) => !word.startsWith('-')) ?? 'shots';
await mkdir(folder, { recursive: true });
await using model = await startModelServer();
const settings = {
  port: 0,
  databaseUrl: 'sqlite::memory:',
  modelUrl: model.url,
  retention: { trashDays: 7 },
};
const server = await createServer(await loadConfig({ settings }));
const url = await server.listen();
const client = new OpenAI({ baseURL: url, apiKey: 'any' });
const long = await seedLong(client, LONG);
const turns = await seedTurns();
const fork = await client.post<{ id: string }>(`/conversations/${turns}/fork`, { body: {} });
await answerIn(fork.id, 'By the way, is the tunnel open?', 'Yes, from 5 in the morning.');
await answerIn(turns, 'Which one is longer?', 'The Lötschberg base tunnel, by **20 km**.');
const shop = await seedShop(client);
const gone = await client.conversations.create({
  metadata: { title: 'Broken lamp', user_id: 'user-8' },
  items: [{ type: 'message', role: 'user', content: 'It came without a bulb.' }],
});
await client.conversations.delete(gone.id);
await using files = await temporaryFolder();
const guarded = await startGuarded();

/** A picture: where, and what is done there before. */
interface Shot {
  readonly name: string;
  /** Of the server that asks for a sign-in; of the other one without. */
  readonly origin?: string;
  readonly fragment: string;
  readonly keys?: readonly string[];
  readonly act?: (page: Page) => Promise<void>;
  readonly isOfDocs?: true;
}

const SHOTS: readonly Shot[] = [
  { name: 'list', fragment: '', isOfDocs: true },
  { name: 'marked', fragment: '', keys: ['j', 'x', 'j', 'j', 'X'] },
  { name: 'none', fragment: '#/conversations?q=user_id:nobody' },
  { name: 'search', fragment: '#/search?q=parcel', isOfDocs: true },
  { name: 'conversation', fragment: `#/conversations/${shop}`, isOfDocs: true },
  { name: 'details', fragment: `#/conversations/${shop}`, keys: ['j', 'j', 'Enter'] },
  { name: 'outline', fragment: `#/conversations/${shop}`, keys: ['o'] },
  { name: 'long', fragment: `#/conversations/${long}` },
  {
    name: 'turn',
    fragment: `#/conversations/${turns}`,
    act: async (page) => {
      await page.locator('.turn-line').last().click();
      await page.getByText('What the model saw').last().click();
      await page.locator('.seen > li').first().waitFor();
      await page.locator('.turn-details').last().scrollIntoViewIfNeeded();
    },
    isOfDocs: true,
  },
  { name: 'compare', fragment: `#/compare?left=${turns}&right=${fork.id}`, isOfDocs: true },
  { name: 'erase', fragment: '#/erase?q=user_id:user-17', isOfDocs: true },
  { name: 'trash', fragment: '#/trash', isOfDocs: true },
  { name: 'server', fragment: '#/server', isOfDocs: true },
  { name: 'keys', fragment: '', keys: ['?'] },
  {
    name: 'sign-in',
    origin: guarded.origin,
    fragment: '',
    act: async (page) => {
      await page.locator('dialog summary').click();
    },
    isOfDocs: true,
  },
  {
    name: 'covered',
    origin: guarded.origin,
    fragment: '',
    act: async (page) => {
      await page.clock.install();
      await page.reload();
      await page.locator('dialog summary').click();
      await page.locator('#key').fill(guarded.key);
      await page.keyboard.press('Enter');
      await page.getByText('No conversations that you may read').waitFor();
      await page.clock.fastForward(IDLE_MS);
      await page.getByText('Nobody has used this page').waitFor();
    },
    isOfDocs: true,
  },
  { name: 'absent', fragment: '#/conversations/conv_none' },
];

const SIZES = [
  { width: 1280, colorScheme: 'light', isOfDocs: true },
  { width: 1280, colorScheme: 'dark', isOfDocs: true },
  { width: 320, colorScheme: 'light', isOfDocs: false },
] as const;

const shots = SHOTS.filter((shot) => !isOfDocs || shot.isOfDocs === true);
for (const { name, origin = new URL(url).origin, fragment, keys = [], act } of shots) {
  for (const { width, colorScheme } of SIZES.filter((size) => !isOfDocs || size.isOfDocs)) {
    await using watched = await openPage(origin, fragment, { colorScheme, width });
    const { page } = watched;
    await page.waitForTimeout(SETTLE_MS);
    for (const key of keys) await page.keyboard.press(key);
    await act?.(page);
    await page.waitForTimeout(SETTLE_MS);
    const path = isOfDocs
      ? `console-${name}-${colorScheme}.png`
      : `${name}-${width}-${colorScheme}.png`;
    await page.screenshot({ path: join(folder, path) });
  }
}
await closeBrowser();
await server.close();
await guarded.server.close();

/** Starts a server that takes keys and sign-ins at an issuer, with a key. */
async function startGuarded() {
  const config = files.path('colloquy.yaml');
  await writeFile(
    config,
    `auth:
  schemes: [keys, jwt]
  jwt: { issuer: 'https://login.example.com/', audience: colloquy }
console: { oidc_client_id: colloquy-console }
database_url: 'sqlite:${files.path('guarded.db')}'
port: 0
log_level: silent
`,
  );
  const shared = ['--config', config];
  const started = await createServer(await loadConfig({ arguments: shared }));
  const { origin } = new URL(await started.listen());
  const words = ['keys', 'create', '--subject', 'ann', '--tenant', 'acme', '--json', ...shared];
  // Sound: the command prints the key.
  const { key } = JSON.parse((await runCommand(words)).stdout) as { readonly key: string };
  return { server: started, origin, key };
}

/** Has a model look an order up and answer, and returns the conversation. */
async function seedTurns(): Promise<string> {
  const { id: conversation } = await client.conversations.create({
    metadata: { title: 'Trains through the Alps', user_id: 'user-4' },
  });
  model.play(
    called(['find_train', '{"from":"Bern","to":"Brig"}', 'call_train']),
    said('The Lötschberg line takes **65 minutes**,', ' every half hour.'),
  );
  const request = {
    model: MODEL,
    conversation,
    instructions: 'You know timetables. Be brief.',
    tools: [
      {
        type: 'function' as const,
        name: 'find_train',
        description: 'Finds trains between two stations',
        strict: true,
        parameters: {
          type: 'object',
          properties: { from: { type: 'string' }, to: { type: 'string' } },
        },
      },
    ],
  };
  await client.responses.create({ ...request, input: 'How do I get from Bern to Brig?' });
  const output = '{"duration_min":65,"departures":["07:07","07:37"]}';
  await client.responses.create({
    ...request,
    input: [{ type: 'function_call_output', call_id: 'call_train', output }],
  });
  return conversation;
}

async function answerIn(conversation: string, input: string, answer: string): Promise<void> {
  model.play(said(answer));
  await client.responses.create({ model: MODEL, conversation, input });
}
