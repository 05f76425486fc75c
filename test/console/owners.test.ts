import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, startAccessServer } from '../support/access.ts';
import { NO_BROWSER } from './support/browser.ts';
import { openSignedIn } from './support/sign-in.ts';

/** What a caller is told of conversations that are others', and of rights to them. */

const access = await startAccessServer();
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--tenant', 'acme');
await createConversation(access, ann, { title: 'Where is my parcel?', user_id: 'user-17' });

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('the owner of a conversation stands in a narrow list too, and rows are as high as each other', async () => {
    await createConversation(access, ann);
    await using watched = await openSignedIn(origin, ann);
    const { page } = watched;
    await page.setViewportSize({ width: 320, height: 860 });
    const row = page.locator('tr', { hasText: 'Where is my parcel?' });
    await row.getByText('of ann').waitFor();
    const box = await row.locator('.owner').boundingBox();
    expect((box?.x ?? 320) + (box?.width ?? 320)).toBeLessThanOrEqual(320);
    const heights = await page
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((each) => each.getBoundingClientRect().height));
    expect(new Set(heights).size).toBe(1);
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByRole('columnheader', { name: 'Owner' }).waitFor();
    expect(await row.locator('.owner').innerText()).toBe('ann');
  });
});
