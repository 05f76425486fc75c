import { writeFileSync } from 'node:fs';
import type { Page, Route } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startServer } from '../support/server.ts';
import { NO_BROWSER, openPage, type WatchedPage } from './support/browser.ts';

const DAY_S = 86_400;
const METADATA = '.conversation-actions > button:has-text("Metadata")';

const folder = await temporaryFolder();
const config = folder.path('colloquy.yaml');
writeFileSync(config, 'retention: { trash_days: 7 }\n');
const server = await startServer('--config', config);
const plain = await startServer();
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await plain[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function store(title: string, at = server): Promise<string> {
  const { id } = await at.client.conversations.create({
    metadata: { title },
    items: [{ type: 'message', role: 'user', content: title }],
  });
  return id;
}

/** Opens the metadata of a conversation, and waits until they are read. */
async function openMetadata(id: string): Promise<WatchedPage> {
  const watched = await openPage(server.origin, `#/conversations/${id}`);
  await watched.click(METADATA);
  await expect.poll(() => focused(watched.page)).toBe('Key 1');
  return watched;
}

/** Returns the name of the element that has the focus. */
function focused(page: Page): Promise<unknown> {
  return page.evaluate(
    'document.activeElement.ariaLabel ?? document.activeElement.textContent.slice(0, 80)',
  );
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a deletion tells of the trash, and is taken back by the notice', async () => {
    const id = await store('Deleted by mistake');
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await watched.click('.conversation-actions > button:has-text("Delete")');
    const dialog = page.locator('dialog[open]');
    await dialog.getByText('It goes to the trash for 7 days').waitFor();
    await watched.click('dialog[open] .alarm');
    await page.getByText('The conversation is in the trash.').waitFor();
    await expect(server.client.conversations.retrieve(id)).rejects.toThrow('404');
    await watched.click('.toast button:has-text("Undo")');
    await page.getByText('The conversation is back.').waitFor();
    await page.locator('#title', { hasText: 'Deleted by mistake' }).waitFor();
    expect((await server.client.conversations.retrieve(id)).id).toBe(id);
  });

  test('a notice goes along to one page, and offers nothing that an erasure has ended', async () => {
    const [gone, erased] = [await store('Noticed'), await store('Noticed and erased')];
    await using watched = await openPage(server.origin, `#/conversations/${gone}`);
    const { page } = watched;
    const undo = page.locator('.toast button:has-text("Undo")');
    const deleteIt = async (): Promise<void> => {
      await watched.click('.conversation-actions > button:has-text("Delete")');
      await watched.click('dialog[open] .alarm');
      await undo.waitFor();
    };
    await deleteIt();
    await page.goto(`${server.origin}/console/#/trash`);
    await undo.waitFor({ state: 'detached' });
    await page.goto(`${server.origin}/console/#/conversations/${erased}`);
    await deleteIt();
    for (const id of [gone, erased]) {
      await server.client.delete(`/conversations/${id}?permanent=true`);
    }
    await undo.click();
    await page.getByText('It is not in the trash any more.').waitFor();
  });

  test('the trash lists what is deleted, restores it, and deletes it for good', async () => {
    const [back, gone] = [await store('To be restored'), await store('To be gone')];
    for (const id of [back, gone]) await server.client.conversations.delete(id);
    await using watched = await openPage(server.origin);
    const { page } = watched;
    await page.locator('main h1').waitFor();
    await watched.click('.account > button');
    await watched.click('.menu-links a:has-text("Trash")');
    await page.getByLabel('Restore To be restored').click();
    await page.getByText('“To be restored” is back.').waitFor();
    await expect.poll(() => focused(page)).toBe('Restore To be gone');
    const row = page.locator('tr', { hasText: 'To be gone' });
    expect(await row.textContent()).toContain('in 7 days');
    await page.setViewportSize({ width: 320, height: 860 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await row.getByRole('button', { name: 'Delete…' }).click();
    expect(await focused(page)).toBe('Cancel');
    await watched.click('dialog[open] .alarm');
    await page.getByText('The trash is empty').waitFor();
    await expect.poll(() => focused(page)).toBe('Trash');
    expect((await server.client.conversations.retrieve(back)).id).toBe(back);
    const { body } = await server.request('/v1/conversations?deleted=true');
    expect(body).toMatchObject({ data: [] });
  });

  test('marked conversations are deleted one by one, and come back together', async () => {
    const ids = [await store('Marked 1'), await store('Marked 2'), await store('Marked 3')];
    await using watched = await openPage(server.origin);
    const { page } = watched;
    for (const number of [1, 2, 3]) await page.getByLabel(`Mark Marked ${number}`).check();
    await watched.click('.tools.marked button:has-text("Delete")');
    await watched.click('dialog[open] .alarm');
    await page.getByText('3 conversations are in the trash.').waitFor();
    await expect.poll(() => page.getByText(/^Marked/).count()).toBe(0);
    const deletions = watched.calls.filter((call) => call.startsWith('DELETE'));
    expect(deletions).toHaveLength(3);
    await watched.click('.toast button:has-text("Undo")');
    await page.getByText('3 conversations are back.').waitFor();
    for (const id of ids) expect((await server.client.conversations.retrieve(id)).id).toBe(id);
  });

  test('a server without a trash says that a deletion is for good, and offers none', async () => {
    const id = await store('For good', plain);
    await using watched = await openPage(plain.origin, `#/conversations/${id}`);
    const { page } = watched;
    await watched.click('.conversation-actions > button:has-text("Delete")');
    await page.locator('dialog[open]').getByText('It is gone for good').waitFor();
    await watched.click('dialog[open] .alarm');
    await page.getByText('The conversation is deleted.').waitFor();
    expect(await page.locator('.toast', { hasText: 'Undo' }).count()).toBe(0);
    expect(await page.locator('.menu-links a', { hasText: 'Trash' }).count()).toBe(0);
  });

  test('the end of a conversation is set and shown', async () => {
    const id = await store('Ends some day');
    await using watched = await openPage(server.origin, `#/conversations/${id}`);
    const { page } = watched;
    await watched.click('.conversation-actions > button:has-text("Expiry")');
    await page.getByLabel('Some days after it was made').check();
    const days = page.locator('dialog[open] input[type=number]');
    for (const refused of ['366', '0', '1.5', '']) {
      await days.fill(refused);
      await expect.poll(() => page.locator('dialog[open] [role=alert]').textContent()).toBe('');
      await page.keyboard.press('Enter');
      await page.getByText('Write a whole number of days, from 1 to 365.').waitFor();
      await expect.poll(() => days.getAttribute('aria-invalid')).toBe('true');
    }
    expect(await days.evaluate((field) => field.ariaDescribedByElements?.[0]?.textContent)).toBe(
      'Write a whole number of days, from 1 to 365.',
    );
    await days.fill('12');
    await page.keyboard.press('Enter');
    await page.locator('.facts .ends').waitFor();
    // Sound: the client has no types for what is ours.
    const { expires_at, created_at, expires_after } = (await server.client.conversations.retrieve(
      id,
    )) as unknown as { expires_at: number; created_at: number; expires_after: unknown };
    expect(expires_at - created_at).toBe(12 * DAY_S);
    expect(expires_after).toEqual({ anchor: 'created_at', days: 12 });
    await watched.click('.back');
    await page.locator('tr', { hasText: 'Ends some day' }).getByText('ends in 12 days').waitFor();
  });

  test('metadata are changed, and what somebody else has changed is not overwritten', async () => {
    const id = await store('Old title');
    await using watched = await openMetadata(id);
    const { page } = watched;
    await page.getByRole('button', { name: '+ Another pair' }).click();
    expect(await focused(page)).toBe('Key 2');
    await page.getByLabel('Value 2').fill('without a key');
    await page.keyboard.press('Enter');
    await page.getByText('The value “without a key” has no key.').waitFor();
    await page.getByLabel('Remove').last().click();
    await page.getByLabel('Value 1').fill('New title');
    await server.client.conversations.update(id, { metadata: { title: 'Theirs', topic: 'x' } });
    await page.keyboard.press('Enter');
    await page.getByText('Somebody has changed the conversation meanwhile').waitFor();
    expect((await server.client.conversations.retrieve(id)).metadata).toEqual({
      title: 'Theirs',
      topic: 'x',
    });
    await page.getByLabel('Value 1').fill('New title');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#title', { hasText: 'New title' }).waitFor();
    expect((await server.client.conversations.retrieve(id)).metadata).toEqual({
      title: 'New title',
      topic: 'x',
    });
  });

  test('metadata that are not read yet cannot be saved', async () => {
    const id = await store('Kept title');
    await using watched = await openMetadata(id);
    const { page } = watched;
    await page.getByRole('button', { name: 'Cancel' }).click();
    const held = Promise.withResolvers<Route>();
    await page.route(`**/v1/conversations/${id}`, (route) => held.resolve(route), { times: 1 });
    await watched.click(METADATA);
    const route = await held.promise;
    const save = page.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    // It is gone before the answer comes.
    await server.client.conversations.delete(id);
    await route.continue();
    await page.locator('dialog[open] .problem:not(:empty)').waitFor();
    expect(await save.isDisabled()).toBe(true);
  });

  test('a deletion leads back to the list that it came from', async () => {
    await store('Filtered');
    await using watched = await openPage(server.origin, '#/conversations?q=title:Filtered');
    const { page } = watched;
    await watched.click('.row-title');
    await watched.click('.conversation-actions > button:has-text("Delete")');
    expect(await page.locator('dialog[open] h2').textContent()).toBe('Delete “Filtered”?');
    await watched.click('dialog[open] .alarm');
    await page.getByText('No conversation fits these filters').waitFor();
    expect(page.url()).toContain('q=title');
  });

  test('an export leaves the trash out, and says how much fits there', async () => {
    const [, gone] = [await store('Kept and left'), await store('Kept and left')];
    await server.client.conversations.delete(gone);
    const query = encodeURIComponent('title:"Kept and left"');
    await using watched = await openPage(server.origin, `#/conversations?q=${query}`);
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await page.evaluate('delete window.showSaveFilePicker');
    await watched.click('.tools button:has-text("Export")');
    await page.getByText('What is in the trash is not in the file: 1 conversation').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      watched.click('dialog[open] button.main'),
    ]);
    expect(download.suggestedFilename()).toMatch(/^conversations-title-Kept-and-left-\d{4}/);
    await page.getByText('Saved, and complete').waitFor();
    expect(await focused(page)).toBe('Done');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
    await page.goto(`${server.origin}/console/#/erase?q=${query}`);
    await page.getByText('In the trash, as far as you may read: 1 conversation.').waitFor();
  });
});
