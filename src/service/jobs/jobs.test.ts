import { expect, test } from 'vitest';
import type { JobReport } from '../../observe/observer.ts';
import { Jobs } from './jobs.ts';

test('a job that has failed is run again, and both runs are reported', async () => {
  const reports: JobReport[] = [];
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
    if (runs === 1) throw new Error('the database is away');
  };
  const observer = { jobEnded: (report: JobReport) => void reports.push(report) };
  const jobs = new Jobs(observer, [{ name: 'sweep', everyMs: 1, run }]);
  jobs.start();
  await expect.poll(() => reports.length).toBeGreaterThan(1);
  await jobs.close();
  expect(reports.slice(0, 2)).toMatchObject([
    { job: 'sweep', error: { message: 'the database is away' } },
    { job: 'sweep', error: undefined },
  ]);
});

test('closing waits for the runs under way, and no run begins after it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    return promise;
  };
  const jobs = new Jobs({ jobEnded: () => undefined }, [{ name: 'long', everyMs: 1, run }]);
  jobs.start();
  await expect.poll(() => runs).toBe(1);
  let isClosed = false;
  const closing = jobs.close().then(() => {
    isClosed = true;
  });
  await Promise.resolve();
  expect(isClosed).toBe(false);
  resolve();
  await closing;
  expect(runs).toBe(1);
});
