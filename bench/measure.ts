import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { HttpConnection, requestText } from './http-connection.ts';
import type { Measured } from './latencies.ts';
import type { Job } from './load-process.ts';
import type { Call } from './workloads.ts';

const LOAD_PROCESS = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** Runs a job in a new process of the load generator. */
export function measure(job: Job): Promise<Measured> {
  return inProcess(LOAD_PROCESS, job);
}

/** Runs a job in a new process of a program that calls `answerJob`. */
export async function inProcess<Result>(program: string, job: object): Promise<Result> {
  const child = fork(program);
  child.send(job);
  // Sound: what the load generator sends.
  const ended = once(child, 'exit').then((): [{ error: string }] => [
    { error: 'the load generator ended early' },
  ]);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [
    { measured?: Result; error?: string },
  ];
  if (child.connected) child.disconnect();
  await ended;
  if (answer.measured === undefined) throw new Error(answer.error ?? 'the load generator failed');
  return answer.measured;
}

/** Runs a pair of measurements one after the other, the second one first if `isSwapped`. */
export async function inOrder<Ours, Theirs>(
  isSwapped: boolean,
  ours: () => Promise<Ours>,
  theirs: () => Promise<Theirs>,
): Promise<readonly [Ours, Theirs]> {
  const early = isSwapped ? { result: await theirs() } : undefined;
  const own = await ours();
  return [own, early === undefined ? await theirs() : early.result];
}

/** Returns a client that prepares a workload. It opens one connection for each concurrent call. */
export function preparingClient({ url, key }: { readonly url: string; readonly key: string }): {
  readonly call: Call;
  readonly close: () => void;
} {
  const base = new URL(url);
  const idle: HttpConnection[] = [];
  const all: HttpConnection[] = [];
  return {
    call: async (request) => {
      const connection = idle.pop() ?? (await HttpConnection.open(base));
      if (!all.includes(connection)) all.push(connection);
      const { status, body } = await connection.send(
        requestText(request, { host: base.host, key }),
      );
      idle.push(connection);
      if (status !== 200) throw new Error(`${status}: ${body.toString('utf8').slice(0, 500)}`);
      // Sound: workloads read only the fields that these answers have.
      return JSON.parse(body.toString('utf8')) as Awaited<ReturnType<Call>>;
    },
    close: () => {
      for (const connection of all) connection.close();
    },
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  return (low + high) / 2;
}
