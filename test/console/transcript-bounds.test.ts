import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { NO_BROWSER } from './support/browser.ts';
import { scroll } from './support/scrolling.ts';
import { openAtEnd } from './support/transcript.ts';

const server = await startServer();
afterAll(() => server[Symbol.asyncDispose]());

/** Returns a sound of some seconds of silence as a WAV file. */
function silence(seconds: number): string {
  const rate = 8000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + rate * seconds, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(rate * seconds, 40);
  return Buffer.concat([header, Buffer.alloc(rate * seconds, 128)]).toString('base64');
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the window keeps no more than 24 million characters of large items', async () => {
    const { id: large } = await server.client.conversations.create({});
    const content = 'x'.repeat(60_000);
    for (let batch = 0; batch < 6; batch += 1) {
      await server.client.conversations.items.create(large, {
        items: Array.from({ length: 100 }, () => ({ type: 'message', role: 'user', content })),
      });
    }
    await using watched = await openAtEnd(server.origin, large);
    const { page } = watched;
    await page.keyboard.press('o');
    await page.locator('.line').first().waitFor();
    await scroll(page, -1500, 'first === 0');
    await page.locator('[aria-posinset="1"]').waitFor();
    const title = await page.locator('.position output').getAttribute('title');
    const kept = Number(/^\d+/.exec(title ?? '')?.[0]);
    expect(kept).toBeLessThan(400);
    expect(kept).toBeGreaterThan(300);
  });

  test('a row that plays a sound stays in the document until it has been stopped', async () => {
    const data = silence(5);
    const said = Array.from({ length: 90 }, (_, index) => ({
      type: 'message' as const,
      role: 'user' as const,
      content: `message ${index}`,
    }));
    const { id } = await server.client.conversations.create({ items: said });
    await server.client.post(`/conversations/${id}/items`, {
      body: {
        items: [
          {
            type: 'message',
            role: 'user',
            content: [{ type: 'input_audio', input_audio: { data, format: 'wav' } }],
          },
        ],
      },
    });
    await using watched = await openAtEnd(server.origin, id);
    const { page } = watched;
    const sound = page.locator('audio');
    await page.evaluate("document.querySelector('audio').play()");
    await scroll(page, -800, 'first < 20');
    expect(await page.evaluate("document.querySelector('audio').paused")).toBe(false);
    await page.evaluate("document.querySelector('audio').pause()");
    await expect.poll(() => sound.count()).toBe(0);
  });
});
