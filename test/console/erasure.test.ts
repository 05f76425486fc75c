import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CONVERSATIONS,
  keysWithPolicy,
  listIds,
  startAccessServer,
  type AccessServer,
} from '../support/access.ts';
import { NO_BROWSER, typeInBar, type WatchedPage } from './support/browser.ts';
import { openSignedIn } from './support/sign-in.ts';

const POLICY = keysWithPolicy(
  '{ forbid: { actions: [create, read] }, when: user with eraser in roles }',
  '{ permit: { actions: [read, delete] }, when: user with privacy in roles }',
  '{ permit: { actions: [delete] }, when: user with eraser in roles }',
  '{ permit: { actions: [read] }, when: user with support in roles }',
  '{ permit: { actions: [create, read] }, when: user is owner }',
);

let access: AccessServer;
let app: string;
let origin: string;
/** May read and delete. */
let olga: string;
/** May only delete. */
let eve: string;

beforeAll(async () => {
  access = await startAccessServer(POLICY);
  [app, olga, eve] = await Promise.all([
    access.key('app'),
    access.key('olga', '--role', 'privacy'),
    access.key('eve', '--role', 'eraser'),
  ]);
  ({ origin } = access.server);
});
afterAll(() => access[Symbol.asyncDispose]());

/** Stores conversations of a new person, with two items each. Returns their ids. */
async function store(person: string, number: number, by = app): Promise<readonly string[]> {
  // The first try may have left it.
  await access.call(olga, 'POST', `${CONVERSATIONS}/erase`, { metadata: { person } });
  const ids: string[] = [];
  for (let index = 0; index < number; index += 1) {
    const items = ['first', 'second'].map((content) => ({ role: 'user', content }));
    const metadata = { title: `${person} ${index}`, person };
    const { body } = await access.call(by, 'POST', CONVERSATIONS, { metadata, items });
    ids.push(body.id);
  }
  return ids;
}

function panel({ page }: WatchedPage): Promise<string | null> {
  return page.locator('.panel').textContent();
}

/** Returns the text of the element that has the focus. */
function focused({ page }: WatchedPage): Promise<unknown> {
  return page.evaluate('document.activeElement.textContent.slice(0, 80)');
}

describe.skipIf(NO_BROWSER !== undefined)('in a browser', () => {
  test('a person is erased from the filtered list with two clicks, and the receipt is kept', async () => {
    const ids = await store('ann', 3);
    const [kept] = await store('ben', 1);
    await using watched = await openSignedIn(origin, olga);
    const { page } = watched;
    await page.locator('.row-title').first().waitFor();
    await typeInBar(watched, 'person:ann');
    await expect.poll(() => page.locator('.row-title').count()).toBe(3);
    await watched.click('.tools a:has-text("Erase")');
    await page.getByText('3 conversations', { exact: true }).waitFor();
    expect(await panel(watched)).toContain('6 items');
    // Nothing is deleted by counting, nor without the number.
    expect(await page.getByRole('button', { name: 'Erase for good' }).isDisabled()).toBe(true);
    await page.getByLabel('Type 3 to erase them').fill('2');
    expect(await page.getByRole('button', { name: 'Erase for good' }).isDisabled()).toBe(true);
    expect(await listIds(access, app)).toHaveLength(4);
    await page.getByLabel('Type 3 to erase them').fill('3');
    await watched.click('.panel button.alarm');
    await page.locator('.receipt', { hasText: '3 conversations erased' }).waitFor();
    expect(watched.clicks).toBe(2);
    expect(await listIds(access, app)).toEqual([kept]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the receipt' }).click(),
    ]);
    const saved = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(saved).toMatchObject({ deleted: 3, items: 6, ids_sha256: expect.any(String) });
    expect(download.suggestedFilename()).toBe(`${saved.id}.json`);
    expect(JSON.stringify(saved)).not.toContain('ann');
    await page.getByRole('button', { name: 'Copy it' }).click();
    await page.getByText('Copied.').waitFor();
    expect(JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))).toEqual(
      saved,
    );
    expect(await panel(watched)).toContain('backups');
    // The list is asked for again.
    await watched.click('.brand');
    await expect.poll(() => page.locator('.row-title').allTextContents()).toEqual(['ben 0']);
    expect(ids).toHaveLength(3);
  });

  test('a caller who may delete and not read erases by an owner, without a list', async () => {
    const carl = await access.key('carl');
    await store('carl', 2, carl);
    await using watched = await openSignedIn(origin, eve);
    const { page } = watched;
    await page.getByText('You may erase conversations, and read none').waitFor();
    await page.evaluate("location.hash = '#/trash'");
    await page.locator('h1', { hasText: 'Trash' }).waitFor();
    await page.getByText('You may erase conversations, and read none').waitFor();
    await watched.click('main a');
    await page.getByRole('textbox', { name: 'Owner' }).fill('carl');
    await watched.click('.fields > button');
    await page.getByLabel('Type 2 to erase them').waitFor();
    expect(await focused(watched)).toBe('2 conversations');
    await page.getByLabel('Type 2 to erase them').fill('7');
    await page.getByText('That is not the number: it is 2.').waitFor();
    await page.getByLabel('Type 2 to erase them').fill('2');
    await watched.click('.panel button.alarm');
    await page.locator('.receipt', { hasText: '2 conversations erased' }).waitFor();
    expect(await focused(watched)).toBe('2 conversations erased');
    expect(watched.clicks).toBe(3);
    expect(await listIds(access, carl)).toEqual([]);
  });

  test('an erasure goes on when its page is left, and its receipt is there on return', async () => {
    await store('hal', 2);
    await store('ida', 1);
    await using watched = await openSignedIn(origin, olga, '#/erase?q=person:hal');
    const { page } = watched;
    const gate = Promise.withResolvers<undefined>();
    await page.route('**/conversations/erase', async (route) => {
      if (route.request().postDataJSON().dry_run !== true) await gate.promise;
      await route.continue();
    });
    await page.getByLabel('Type 2 to erase them').fill('2');
    await page.keyboard.press('Enter');
    await page.getByText('0 of 2 conversations erased').waitFor();
    await watched.click('.brand');
    await page.getByText('hal 0').waitFor();
    gate.resolve(undefined);
    await page.getByText('The erasure is done: 2 conversations erased').waitFor();
    // The list shows its rows, and they are current.
    await expect.poll(() => page.getByText(/^hal/).count()).toBe(0);
    await page.getByText('ida 0').waitFor();
    await page.goBack();
    await page.locator('.receipt', { hasText: '2 conversations erased' }).waitFor();
  });

  test('what a hold keeps is said, and stays', async ({ task }) => {
    // The held conversation stays, also when the test is tried again.
    const person = `dora-${task.result?.retryCount ?? 0}`;
    const dora = await access.key(person);
    const [held, free] = await store(person, 2, dora);
    await access.command(
      'hold',
      'add',
      '--tenant',
      'default',
      '--conversation',
      held ?? '',
      '--reason',
      'case',
    );
    await using watched = await openSignedIn(origin, eve, `#/erase?q=person:${person}`);
    const { page } = watched;
    await page.getByLabel('Type 1 to erase them').fill('1');
    expect(await panel(watched)).toContain(
      '1 conversation more matches, and stays: a hold keeps it',
    );
    await page.keyboard.press('Enter');
    await page.locator('.receipt', { hasText: '1 conversation erased' }).waitFor();
    expect(await panel(watched)).toContain('1 conversation stayed');
    expect(await listIds(access, dora)).toEqual([held]);
    expect(free).toBeDefined();
    // All that are left are held: there is no number to type.
    await page.getByRole('button', { name: 'Erase something else' }).click();
    await page.getByRole('textbox', { name: 'Owner' }).fill(person);
    await page.getByRole('button', { name: 'Count them' }).click();
    await page.getByText('All that match are held.').waitFor();
    expect(await page.getByRole('button', { name: 'Erase for good' }).count()).toBe(0);
  });

  test('an erasure that takes several requests tells how far it is, and has a receipt of each', async () => {
    const ids = await store('jil', 3);
    await using watched = await openSignedIn(origin, olga, '#/erase?q=person:jil');
    const { page } = watched;
    // The receipt of a server whose time for the request is over: one conversation was erased.
    const gates = ids.map(() => Promise.withResolvers<undefined>());
    let requests = 0;
    await page.route('**/conversations/erase', async (route) => {
      if (route.request().postDataJSON().dry_run === true) return route.continue();
      const at = requests;
      requests += 1;
      await gates[at]?.promise;
      const answer = await route.fetch({ postData: { conversation_ids: [ids[at]] } });
      const receipt = (await answer.json()) as object;
      return route.fulfill({ json: { ...receipt, has_more: at < ids.length - 1 } });
    });
    await page.getByLabel('Type 3 to erase them').fill('3');
    await page.keyboard.press('Enter');
    for (const [done, gate] of gates.entries()) {
      await page.getByText(`${done} of 3 conversations erased`).waitFor();
      expect(await page.locator('progress').getAttribute('value')).toBe(String(done));
      gate.resolve(undefined);
    }
    await page.locator('.receipt', { hasText: '3 conversations erased' }).waitFor();
    expect(requests).toBe(3);
    expect(await listIds(access, app, '?metadata[person]=jil')).toEqual([]);
    await page.getByRole('button', { name: 'Copy it' }).click();
    await page.getByText('Copied.').waitFor();
    const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')));
    expect(copied).toMatchObject(ids.map(() => ({ deleted: 1, ids_sha256: expect.any(String) })));
  });

  test('an erasure that deletes nothing more ends, and says that there is more', async () => {
    await store('kim', 2);
    await using watched = await openSignedIn(origin, olga, '#/erase?q=person:kim');
    const { page } = watched;
    let requests = 0;
    await page.route('**/conversations/erase', async (route) => {
      const { dry_run: isDry } = route.request().postDataJSON();
      if (isDry === true) return route.continue();
      requests += 1;
      const none = { metadata: { person: 'nobody' } };
      const receipt = (await (await route.fetch({ postData: none })).json()) as object;
      return route.fulfill({ json: { ...receipt, matched: 2, has_more: true } });
    });
    await page.getByLabel('Type 2 to erase them').fill('2');
    await page.keyboard.press('Enter');
    await page.getByText('There is more: erase again.').waitFor();
    expect(requests).toBe(1);
    await page.getByRole('button', { name: 'Erase something else' }).click();
    await page.getByRole('textbox', { name: 'Owner' }).waitFor();
  });

  test('marked conversations are erased, and others with the same metadata stay', async () => {
    const [first, second, third] = await store('fay', 3);
    await using watched = await openSignedIn(origin, olga, '#/conversations?q=person:fay');
    const { page } = watched;
    await page.getByLabel('Mark fay 0').check();
    await page.getByLabel('Mark fay 2').check();
    await watched.click('.tools.marked button:has-text("Erase")');
    await page.getByText('2 conversations marked in the list').waitFor();
    await page.getByLabel('Type 2 to erase them').fill('2');
    await page.keyboard.press('Enter');
    await page.locator('.receipt', { hasText: '2 conversations erased' }).waitFor();
    const left = await listIds(access, app, '?metadata[person]=fay');
    expect(left).toEqual([second]);
    expect([first, third]).not.toContain(second);
  });

  test('a caller who may not delete sees no way to erase', async () => {
    await store('gil', 1);
    const support = await access.key('sam', '--role', 'support');
    await using watched = await openSignedIn(origin, support, '#/conversations?q=person:gil');
    const { page } = watched;
    await page.getByLabel('Mark gil 0').check();
    await page.locator('.tools.marked').waitFor();
    expect(await page.getByText(/Erase|Delete/).count()).toBe(0);
    await page.goto(`${origin}/console/#/erase`);
    await page.getByText('You may not delete conversations on this server.').waitFor();
    expect(await page.locator('.fields').count()).toBe(0);
  });

  test('a filter that an erasure does not take is named, and nothing is counted for it', async () => {
    await using watched = await openSignedIn(origin, olga, '#/erase?q=has:person');
    const { page } = watched;
    await page.getByText('It does not take: has person').waitFor();
    await page.getByRole('button', { name: 'Count them' }).click();
    await page.getByText('Name an owner, or a key with its value.').waitFor();
    expect(watched.calls.filter((call) => call.includes('erase'))).toEqual([]);
  });
});
