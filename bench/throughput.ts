import type { Measured } from './latencies.ts';
import { inOrder, measure, median, preparingClient } from './measure.ts';
import { count, fixed, table } from './report.ts';
import type { Target } from './targets.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

export interface ThroughputOptions {
  readonly names: readonly WorkloadName[];
  readonly pairs: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

interface Run extends Measured {
  readonly memory: number;
  readonly bytesOnDisk: number;
}

/** Starts a target on a new store; `stop` removes both. */
export type Start = () => Promise<Target>;

/** Runs one workload against one target. */
async function runOn(target: Target, name: WorkloadName, options: ThroughputOptions): Promise<Run> {
  const { call, close } = preparingClient(target);
  const prepared = await WORKLOADS[name].prepare(call);
  close();
  const { url, key } = target;
  const measured = await measure({ ...options, url, key, load: name, prepared });
  return { ...measured, memory: target.memory(), bytesOnDisk: target.bytesOnDisk() };
}

async function runFresh(
  start: Start,
  name: WorkloadName,
  options: ThroughputOptions,
): Promise<Run> {
  const target = await start();
  try {
    return await runOn(target, name, options);
  } finally {
    await target.stop();
  }
}

/** Compares two targets on each workload, in pairs of runs with alternating order. Ratios are those of a pair. */
export async function compare(
  titles: readonly [string, string],
  starts: readonly [Start, Start],
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  for (const name of options.names) {
    const pairs: Pair[] = [];
    for (let n = 0; n < options.pairs; n += 1) {
      const pair = await inOrder(
        n % 2 === 1,
        () => runFresh(starts[0], name, options),
        () => runFresh(starts[1], name, options),
      );
      const figures = pair.map(({ perSecond }) => count(perSecond)).join(' against ');
      log(`${name}, pair ${n + 1} of ${options.pairs}: ${figures} a second`);
      pairs.push(pair);
    }
    rows.push(rowOf(name, pairs));
  }
  const [ours, theirs] = titles;
  return table(
    [
      'workload',
      `${ours}/s`,
      'p50 / p95 / p99 ms',
      'slowest ms',
      `${theirs}/s`,
      'p50 / p95 / p99 ms',
      'ratio',
      'memory MB',
      'disk MB',
    ],
    rows,
  );
}

type Pair = readonly [Run, Run];

function rowOf(name: WorkloadName, pairs: readonly Pair[]): string[] {
  const of = (side: 0 | 1, figure: (run: Run) => number): number =>
    median(pairs.map((pair) => figure(pair[side])));
  const latencies = (side: 0 | 1): string =>
    [of(side, (run) => run.p50Ms), of(side, (run) => run.p95Ms), of(side, (run) => run.p99Ms)]
      .map((ms) => fixed(ms))
      .join(' / ');
  const slowest = of(0, (run) => run.slowestMs);
  const memory = of(0, (run) => run.memory);
  return [
    WORKLOADS[name].title,
    count(of(0, (run) => run.perSecond)),
    latencies(0),
    fixed(slowest, 0),
    count(of(1, (run) => run.perSecond)),
    latencies(1),
    fixed(median(pairs.map(([ours, floor]) => ours.perSecond / floor.perSecond))),
    fixed(memory, 0),
    fixed(of(0, (run) => run.bytesOnDisk) / 2 ** 20, 0),
  ];
}

/** Measures each workload on one running server. */
export async function runAgainst(
  target: Target,
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  for (const name of options.names) {
    const runs: Run[] = [];
    for (let n = 0; n < options.pairs; n += 1) runs.push(await runOn(target, name, options));
    log(`${name}: done`);
    const of = (figure: (run: Run) => number): number => median(runs.map(figure));
    rows.push([
      WORKLOADS[name].title,
      count(of((run) => run.perSecond)),
      [of((run) => run.p50Ms), of((run) => run.p95Ms), of((run) => run.p99Ms)]
        .map((ms) => fixed(ms))
        .join(' / '),
      fixed(
        of((run) => run.slowestMs),
        0,
      ),
    ]);
  }
  return table(['workload', 'requests/s', 'p50 / p95 / p99 ms', 'slowest ms'], rows);
}
