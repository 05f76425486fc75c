/** The load generator, in a process of its own: a closed loop on each of several connections. */

import { HttpConnection, requestText, type RequestParts } from './http-connection.ts';
import { WORKLOADS, type Prepared, type Workload, type WorkloadName } from './workloads.ts';

export interface Job {
  readonly url: string;
  readonly key: string;
  /** A workload's name, or one request over and over. */
  readonly what: WorkloadName | RequestParts;
  readonly prepared: Prepared;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly slowest: number;
}

async function run(job: Job): Promise<Measured> {
  const url = new URL(job.url);
  const { what, prepared } = job;
  const workload: Pick<Workload, 'next'> =
    typeof what === 'string' ? WORKLOADS[what] : { next: () => what };
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
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    slowest: at(1),
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
