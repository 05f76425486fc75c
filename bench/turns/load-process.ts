/** Load generator of streams in a process of its own: a closed loop on each of several connections. */

import { answerJob } from '../answer-job.ts';
import { summaryOf, type Measured } from '../latencies.ts';
import { TurnClient } from './client.ts';

export interface TurnJob {
  readonly url: string;
  readonly key: string;
  /** Used in turn, so that they grow alike. */
  readonly conversations: readonly string[];
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface MeasuredTurns extends Measured {
  /** Median time to the first event. */
  readonly firstEventMs: number;
  /** Turns, the warm-up included. */
  readonly turns: number;
}

async function run(job: TurnJob): Promise<MeasuredTurns> {
  const { conversations, durationMs } = job;
  const begin = performance.now() + job.warmUpMs;
  const end = begin + durationMs;
  const latencies: number[] = [];
  const firstEvents: number[] = [];
  let turns = 0;
  await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const client = await TurnClient.open(job);
      while (performance.now() < end) {
        const conversation = conversations[turns % conversations.length] ?? '';
        turns += 1;
        const { sent, began, ended } = await client.turn({ conversation });
        if (sent < begin || ended >= end) continue;
        latencies.push(ended - sent);
        firstEvents.push(began - sent);
      }
      client.close();
    }),
  );
  return {
    ...summaryOf(latencies, durationMs),
    firstEventMs: summaryOf(firstEvents, durationMs).p50Ms,
    turns,
  };
}

answerJob(run);
