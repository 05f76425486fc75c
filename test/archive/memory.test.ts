import { readFileSync, statSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { at, fillWithMany } from '../support/archive.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createDatabase } from '../support/postgres.ts';
import { startProcess, type RunningProcess } from '../support/process.ts';

test(
  'exports and imports of 100,000 conversations each take less than 400 MB of memory',
  { timeout: 180_000 },
  async () => {
    await using folder = await temporaryFolder();
    await fillWithMany(folder.path('a.db'), 100_000);
    await using middle = await createDatabase(inject('postgresUrl'));
    const peaks: string[] = [];
    const run = async (what: string, ...args: Parameters<typeof startProcess>): Promise<void> => {
      await using running = startProcess(...args);
      const peak = await peakMemory(running);
      expect(await running.finished()).toMatchObject({ code: 0 });
      peaks.push(`${what} ${peak} MB`);
      // The archive has 130 MB; the part of it that is in memory does not grow with it.
      expect(peak, `peak memory of ${what} in MB`).toBeLessThan(400);
    };
    const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map((name) => folder.path(`${name}.jsonl`));
    const last = at(`sqlite:${folder.path('c.db')}`);
    await run('SQLite export', ['export', ...at(`sqlite:${folder.path('a.db')}`)], { output: a });
    await run('PostgreSQL import', ['import', ...at(middle.url)], { input: a });
    await run('PostgreSQL export', ['export', ...at(middle.url)], { output: b });
    await run('SQLite import', ['import', ...last], { input: b });
    await run('SQLite export', ['export', ...last], { output: c });
    const isFirst = (path: string): boolean => readFileSync(path).equals(readFileSync(a));
    expect(isFirst(b), 'the export of PostgreSQL differs from the first archive').toBe(true);
    expect(isFirst(c), 'the second export of SQLite differs from the first archive').toBe(true);
    console.info(
      `${Math.round(statSync(a).size / 1e6)} MB of archive; peak memory: ${peaks.join(', ')}`,
    );
  },
);

/** Returns the highest memory use of a process in MB, once it has ended; 0 on systems without /proc. */
async function peakMemory({ child }: RunningProcess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // The process has ended, or the system has no such file.
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Math.round(peak);
}
