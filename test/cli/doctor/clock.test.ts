import { expect, test } from 'vitest';
import { examine, findingOf, type Finding } from '../../support/doctor.ts';
import type { ProcessOptions } from '../../support/process.ts';
import { fillStore, KINDS, storedDatabase } from '../../support/stored.ts';

const HOUR_MS = 3_600_000;

/** Asserts that doctor finds a difference of an hour, less at most the time since `began`. */
async function assertAnHourApart(
  began: number,
  url: string,
  pattern: RegExp,
  options: ProcessOptions = {},
): Promise<void> {
  const { code, findings } = await examine(url, [], options);
  const tookMs = Date.now() - began;
  expect(code).toBe(0);
  const finding: Finding | undefined = findingOf(findings, 'clock');
  expect(finding).toMatchObject({ state: 'warning', detail: expect.stringMatching(pattern) });
  const apartMs = 1000 * Number(pattern.exec(finding?.detail ?? '')?.[1]?.replace(',', ''));
  expect(apartMs).toBeLessThanOrEqual(HOUR_MS);
  expect(apartMs).toBeGreaterThanOrEqual(HOUR_MS - tookMs - 1000);
}

test.each(KINDS)(
  'doctor warns of a conversation on %s that was created in the future',
  async (kind) => {
    await using stored = await storedDatabase(kind);
    await fillStore(stored.url);
    const pattern = /^the newest conversation was created ([\d,]+) seconds from now/;
    const began = Date.now();
    await stored.run(`UPDATE conversations SET created_at = ${began + HOUR_MS} WHERE id = 'd'`);
    await assertAnHourApart(began, stored.url, pattern);
  },
);

test("doctor warns of a clock that differs from PostgreSQL's", async () => {
  await using stored = await storedDatabase('PostgreSQL');
  await fillStore(stored.url);
  const script = `const now = Date.now; Date.now = () => now() + ${HOUR_MS};`;
  const pattern = /^this machine's clock and the database's are ([\d,]+) seconds apart$/;
  await assertAnHourApart(Date.now(), stored.url, pattern, {
    environment: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
  });
});
