import { parseArgs } from 'node:util';
import type { ThroughputOptions } from './throughput.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

export const USAGE = `npm run bench -- [FLAG ...]

  --only NAMES        some of: throughput, process, scale, postgres, search, sweep, turns; separated by commas
  --workloads NAMES   some of: ${Object.keys(WORKLOADS).join(', ')}
  --pairs COUNT       runs of each workload against product and floor (3)
  --seconds COUNT     length of a run, after a warm-up of a third of it (3)
  --connections COUNT connections of the load generator (32)
  --large             scale up to 10,000,000 items: 12 GB of disk, a quarter of an hour
  --searched COUNT    items of the corpus that is searched (100,000)
  --soak MINUTES      only the chat mix for this time, and the slope of the memory
  --target URL        measure only a running server, by its base URL with /v1;
                      the run leaves its data there
  --key KEY           its API key
`;

const PARTS = ['throughput', 'process', 'scale', 'postgres', 'search', 'sweep', 'turns'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions extends ThroughputOptions {
  readonly parts: readonly Part[];
  readonly isLarge: boolean;
  readonly searchedItems: number;
  readonly soakMinutes: number;
  readonly target: { readonly url: string; readonly key: string } | undefined;
}

export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' as const };
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      workloads: text,
      pairs: text,
      seconds: text,
      connections: text,
      large: { type: 'boolean' },
      searched: text,
      soak: text,
      target: text,
      key: text,
    },
  });
  const seconds = number(values.seconds, 3);
  return {
    parts: chosen(values.only, PARTS),
    // Sound: the keys of an object literal are those of its type.
    names: chosen(values.workloads, Object.keys(WORKLOADS) as WorkloadName[]),
    pairs: number(values.pairs, 3),
    connections: number(values.connections, 32),
    warmUpMs: (seconds * 1000) / 3,
    durationMs: seconds * 1000,
    isLarge: values.large === true,
    searchedItems: number(values.searched, 100_000),
    soakMinutes: number(values.soak, 0),
    target:
      values.target === undefined ? undefined : { url: values.target, key: values.key ?? 'any' },
  };
}

function number(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`'${text}' is not a number\n\n${USAGE}`);
}

function chosen<Name extends string>(
  text: string | undefined,
  all: readonly Name[],
): readonly Name[] {
  if (text === undefined) return all;
  return text.split(',').map((name) => {
    const found = all.find((candidate) => candidate === name);
    if (found === undefined) throw new Error(`there is no '${name}'\n\n${USAGE}`);
    return found;
  });
}
