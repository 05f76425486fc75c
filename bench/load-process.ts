/** Load generator in a process of its own: a closed loop on each of several connections. */

import { answerJob } from './answer-job.ts';
import { HttpConnection, requestText, type BenchRequest } from './http-connection.ts';
import { summaryOf, type Measured } from './latencies.ts';
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
  return summaryOf(latencies, job.durationMs);
}

answerJob(run);
