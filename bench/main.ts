/** `npm run bench`: measures the cost of keeping conversations. Prints a report in Markdown on standard output. */

import { readOptions, USAGE, type BenchOptions, type Part } from './options.ts';
import { postgresReport } from './postgres.ts';
import { processReport, soakReport } from './process.ts';
import { machine } from './report.ts';
import { scaleReport } from './scale.ts';
import { searchReport } from './search.ts';
import { sweepReport } from './sweep.ts';
import { fresh, startColloquy, startFloor } from './targets.ts';
import { compare, runAgainst } from './throughput.ts';
import { turnsReport } from './turns/report.ts';

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n\n`);

const REPORTS: Readonly<Record<Part, (options: BenchOptions) => Promise<string>>> = {
  throughput: async (options) => {
    const starts = [fresh(startColloquy), fresh((folder) => startFloor('sqlite', folder))] as const;
    return `## SQLite\n\n${await compare(['Colloquy', 'floor'], starts, options, log)}`;
  },
  process: async (options) => `## The process\n\n${await processReport(options)}`,
  scale: async (options) => `## Scale\n\n${await scaleReport(options, options.isLarge, log)}`,
  postgres: async (options) => `## PostgreSQL\n\n${await postgresReport(options, log)}`,
  search: async (options) =>
    `## Search\n\n${await searchReport(options, options.searchedItems, log)}`,
  sweep: async (options) => `## Sweep\n\n${await sweepReport(options, log)}`,
  turns: async (options) => `## Turns\n\n${await turnsReport(options, log)}`,
};

async function run(options: BenchOptions): Promise<void> {
  print(
    `${machine()}. ${options.connections} connections, runs of ${options.durationMs / 1000} s, medians of ${options.pairs}.`,
  );
  if (options.target !== undefined) {
    const unknown = { memory: () => Number.NaN, cpuMs: () => Number.NaN, bytesOnDisk: () => 0 };
    const nothing = { ...unknown, stop: async () => undefined };
    return print(await runAgainst({ ...options.target, ...nothing }, options, log));
  }
  if (options.soakMinutes > 0)
    return print(`## Soak\n\n${await soakReport(options.soakMinutes, options)}`);
  for (const part of options.parts) print(await REPORTS[part](options));
}

if (process.argv.includes('--help')) print(USAGE);
else await run(readOptions(process.argv.slice(2)));
