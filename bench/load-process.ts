/** Load generator in a process of its own: a closed loop on each of several connections. */

import { HttpConnection, requestText, type BenchRequest } from './http-connection.ts';
import { WORKLOADS, type Prepared, type Workload, type WorkloadName } from './workloads.ts';

export interface Job {
  readonly url: string;
  readonly key: string;
  /** Name of a workload, or one request to repeat. */
  readonly load: WorkloadName | BenchRequest;
  readonly prepared: Prepared;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

async function run(job: Job): Promise<Measured> {
  const url = new URL(job.url);
  const { load, prepared } = job;
  const workload: Pick<Workload, 'next'> =
    typeof load === 'string' ? WORKLOADS[load] : { next: () => load };
  const options = { host: url.host, key: job.key };
  const begin = performance.now() + job.warmUpMs;
  const end = begin + job.durationMs;
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const connection = await HttpConnection.open(url);
      for (;;) {
        const request = requestText(workload.next(prepared), options);
        const sent = performance.now();
        if (sent >= end) break;
        const { status, body } = await connection.send(request);
        const answered = performance.now();
        if (status !== 200) throw new Error(`${status}: ${body.toString('utf8').slice(0, 500)}`);
        if (sent >= begin && answered < end) latencies.push(answered - sent);
      }
      connection.close();
    }),
  );
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number): number =>
    sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return {
    requests: sorted.length,
    perSecond: sorted.length / (job.durationMs / 1000),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    slowestMs: at(1),
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
