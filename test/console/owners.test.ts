import { afterAll, describe, expect, test } from 'vitest';
import { createConversation, pathOf, startAccessServer } from '../support/access.ts';
import { overflowing } from './support/axe.ts';
import { NO_BROWSER, typeInBar } from './support/browser.ts';
import { openSignedIn } from './support/sign-in.ts';

/** Tests of the words about owners and rights, for callers who see conversations of others. */

const access = await startAccessServer(`auth: { schemes: [keys] }
retention: { trash_days: 7 }
`);
afterAll(() => access[Symbol.asyncDispose]());
const { origin } = access.server;
const ann = await access.key('ann', '--tenant', 'acme');
await createConversation(access, ann, { title: 'Where is my parcel?', user_id: 'user-17' });
for (const user of ['user-3', 'user-4']) {
  const id = await createConversation(access, ann, { title: `Of ${user}`, user_id: user });
  await access.call(ann, 'DELETE', pathOf(id));
}

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

  test('a conversation without an owner has no word of one in a narrow list', async () => {
    await using watched = await openSignedIn(origin, ann);
    const { page } = watched;
    await page.route(/conversations\?/, async (route) => {
      const answer = await route.fetch();
      const list = (await answer.json()) as { readonly data: readonly object[] };
      const data = list.data.map((each) => ({ ...each, owner: undefined }));
      await route.fulfill({ json: { ...list, data } });
    });
    await page.evaluate("location.hash = '#/conversations?q=user_id:user-17'");
    await page.setViewportSize({ width: 320, height: 860 });
    await expect.poll(() => page.locator('tbody td.owner').allTextContents()).toEqual(['']);
  });

  test('the trash has owners and metadata, and is filtered by links and by the bar', async () => {
    await using watched = await openSignedIn(origin, ann, '#/trash');
    const { page } = watched;
    const titles = () => page.locator('.trash .row-title').allTextContents();
    await expect.poll(titles).toEqual(['Of user-4', 'Of user-3']);
    await page.getByRole('columnheader', { name: 'Owner' }).waitFor();
    expect(await page.locator('.trash td.owner').allInnerTexts()).toEqual(['ann', 'ann']);
    await page.locator('.trash .pair', { hasText: 'user-3' }).click();
    await expect.poll(titles).toEqual(['Of user-3']);
    await page.getByLabel('Remove the filter: user_id is user-3').click();
    await expect.poll(titles).toHaveLength(2);
    await typeInBar(watched, 'user_id:user-4 owner:ann');
    await expect.poll(titles).toEqual(['Of user-4']);
    expect(page.url()).toContain('#/trash?q=');
    await typeInBar(watched, 'owner:ben');
    await page.getByText('No conversation fits these filters').waitFor();
    await page.setViewportSize({ width: 320, height: 860 });
    await page.getByText('Clear').click();
    await page.locator('tr', { hasText: 'Of user-4' }).getByText('of ann').waitFor();
    expect(await overflowing(page)).toEqual([]);
  });

  test('the page of the server says that rights are for some conversations, and not for which', async () => {
    await using watched = await openSignedIn(origin, ann, '#/server');
    await watched.page.getByText('The access rules decide for each conversation').waitFor();
  });
});
