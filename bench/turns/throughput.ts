/** Turns per second of many clients. */

import { fileURLToPath } from 'node:url';
import { inOrder, inProcess, median } from '../measure.ts';
import { count, fixed, table } from '../report.ts';
import type { ThroughputOptions } from '../throughput.ts';
import type { MeasuredTurns, TurnJob } from './load-process.ts';
import type { StubMode } from './shared.ts';
import {
  startStub,
  startTurns,
  startTurnsFloor,
  type StartTurns,
  type Template,
} from './targets.ts';

const LOAD_PROCESS = fileURLToPath(new URL('load-process.ts', import.meta.url));

const WARM_UP_TURNS = 2_000;

const MODES = {
  'at-once': 'all pieces in one write',
  'one-by-one': 'each piece in a write of its own',
} as const satisfies Partial<Record<StubMode, string>>;

interface Run extends MeasuredTurns {
  readonly memory: number;
  /** Time of a core for a turn, in milliseconds. */
  readonly cpuMs: number;
}

async function run(
  start: StartTurns,
  mode: StubMode,
  template: Template,
  { connections, warmUpMs, durationMs }: ThroughputOptions,
): Promise<Run> {
  await using stub = await startStub(mode);
  await using target = await start(template, stub);
  const { url, key } = target;
  const { conversations } = template;
  const job: TurnJob = {
    url,
    key,
    conversations,
    connections,
    warmUpMs,
    warmUpTurns: WARM_UP_TURNS,
    durationMs,
  };
  const before = target.cpuMs();
  const measured = await inProcess<MeasuredTurns>(LOAD_PROCESS, job);
  const cpuMs = (target.cpuMs() - before) / measured.turns;
  return { ...measured, memory: target.memory(), cpuMs };
}

export async function turnThroughput(
  template: Template,
  options: ThroughputOptions,
  log: (line: string) => void,
): Promise<string> {
  const rows: string[][] = [];
  // Sound: the keys of an object literal are those of its type.
  for (const mode of Object.keys(MODES) as (keyof typeof MODES)[]) {
    const pairs: (readonly [Run, Run])[] = [];
    for (let n = 0; n < options.pairs; n += 1) {
      const pair = await inOrder(
        n % 2 === 1,
        () => run(startTurns, mode, template, options),
        () => run(startTurnsFloor, mode, template, options),
      );
      pairs.push(pair);
      const figures = pair.map(({ perSecond }) => count(perSecond)).join(' against ');
      log(`turns, ${MODES[mode]}, pair ${n + 1} of ${options.pairs}: ${figures} a second`);
    }
    rows.push(rowOf(MODES[mode], pairs, template.conversations.length));
  }
  const figures = ['p50 / p95 / p99 ms', 'core ms'];
  const head = ['answer', 'Colloquy/s', ...figures, 'floor/s', ...figures];
  return table([...head, 'ratio', 'of core time', 'memory MB', 'turns each'], rows);
}

function rowOf(title: string, pairs: readonly (readonly [Run, Run])[], conversations: number) {
  const all = (side: 0 | 1, figure: (measured: Run) => number): number =>
    median(pairs.map((pair) => figure(pair[side])));
  const sideOf = (side: 0 | 1): string[] => {
    const of = (figure: (measured: Run) => number): number => all(side, figure);
    const latencies = [
      of(({ p50Ms }) => p50Ms),
      of(({ p95Ms }) => p95Ms),
      of(({ p99Ms }) => p99Ms),
    ];
    return [
      count(of(({ perSecond }) => perSecond)),
      latencies.map((ms) => fixed(ms, 1)).join(' / '),
      fixed(of(({ cpuMs }) => cpuMs)),
    ];
  };
  const ratio = (figure: (measured: Run) => number): string =>
    fixed(median(pairs.map(([ours, floor]) => figure(ours) / figure(floor))));
  const turnsEach = ([0, 1] as const).map((side) =>
    all(side, ({ turns }) => turns / conversations),
  );
  return [
    title,
    ...sideOf(0),
    ...sideOf(1),
    ratio(({ perSecond }) => perSecond),
    ratio(({ cpuMs }) => 1 / cpuMs),
    fixed(
      all(0, ({ memory }) => memory),
      0,
    ),
    turnsEach.map((turns) => fixed(turns, 1)).join(' / '),
  ];
}
