import { openPage, type WatchedPage } from './browser.ts';

/** Opens a page of a server with keys, and signs in. */
export async function openSignedIn(
  origin: string,
  key: string,
  fragment = '',
): Promise<WatchedPage> {
  const watched = await openPage(origin, fragment);
  const field = watched.page.locator('dialog.sign-in input[type=password]');
  await field.fill(key);
  await watched.page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
  return watched;
}
