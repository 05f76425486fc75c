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
  /** Turns that the warm-up has at least: until then, most of the code is not compiled. */
  readonly warmUpTurns: number;
  readonly durationMs: number;
}

export interface MeasuredTurns extends Measured {
  /** Turns, the warm-up included. */
  readonly turns: number;
}

async function run({ conversations, ...job }: TurnJob): Promise<MeasuredTurns> {
  const latencies: number[] = [];
  let turns = 0;
  const warm = performance.now() + job.warmUpMs;
  let begin = Infinity;
  await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const client = await TurnClient.open(job);
      while (performance.now() < begin + job.durationMs) {
        const conversation = conversations[turns % conversations.length] ?? '';
        turns += 1;
        const { sent, ended } = await client.turn({ conversation });
        if (begin === Infinity && turns > job.warmUpTurns && ended > warm) begin = ended;
        if (sent >= begin && ended < begin + job.durationMs) latencies.push(ended - sent);
      }
      client.close();
    }),
  );
  return {
    ...summaryOf(latencies, job.durationMs),
    turns,
  };
}

answerJob(run);
