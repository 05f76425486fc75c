import { Mismatch } from './mismatch.ts';
import { Random } from './random.ts';
import type { FuzzRequest, RawRequest } from './requests.ts';
import { Session, type Exchange } from './session.ts';
import type { Answer } from './connection.ts';
import type { Target } from './target.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Number of requests; ignored when `soakMinutes` is above zero. */
  readonly requests: number;
  /** Duration of the run, instead of a number of requests. */
  readonly soakMinutes: number;
  /** Permitted growth of the server's resident memory after the warm-up, in MB. */
  readonly memoryGrowth: number;
  /** Whether the server is strict. */
  readonly isStrict: boolean;
}

export interface Failure {
  readonly why: string;
  /** Index of the request, from 0; `undefined` when the failure concerns the whole run. */
  readonly index: number | undefined;
  readonly request: FuzzRequest | RawRequest | undefined;
  readonly answer: Answer | undefined;
}

export interface Report {
  readonly options: FuzzOptions;
  readonly requests: number;
  /** Additional requests, which read the state. */
  readonly looks: number;
  /** Numbers of answers, by operation and status. */
  readonly tally: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly memory: { readonly before: number; readonly after: number };
  readonly failure: Failure | undefined;
}

export const NO_OPERATION = 'none';
const CHECK_ALL_EVERY = 2_000;
/** Requests after which the caches are full and the code is compiled; at most a third of a run. */
const WARM_UP = 3_000;
const SETTLING_MS = 500;

/** Sends the requests of a seed until all are sent, the time is over, or one fails. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<Report> {
  const session = await Session.open(target, options);
  const tally = new Map<string, Map<number, number>>();
  for (const { id } of session.operations) tally.set(id, new Map());
  const ends = performance.now() + options.soakMinutes * 60_000;
  const isSoak = options.soakMinutes > 0;
  const warmUp = isSoak ? WARM_UP : Math.min(WARM_UP, Math.floor(options.requests / 3));
  const isOver = (done: number): boolean =>
    isSoak ? performance.now() > ends : done >= options.requests;
  let before = Number.NaN;
  let failure: Failure | undefined;
  let index = 0;
  for (; failure === undefined && !isOver(index); index += 1) {
    if (index === warmUp) before = await settledMemory(target);
    failure = await tried(session, options.seed, index, tally);
  }
  failure ??= await failureOf({}, undefined, () => session.checkAll());
  session.close();
  const memory = {
    before,
    after: failure === undefined ? await settledMemory(target) : target.memory(),
  };
  failure ??= growthFailure(memory, options.memoryGrowth);
  return { options, requests: index, looks: session.looks, tally, memory, failure };
}

async function tried(
  session: Session,
  seed: number,
  index: number,
  tally: Map<string, Map<number, number>>,
): Promise<Failure | undefined> {
  const exchange: Exchange = {};
  return failureOf(exchange, index, async () => {
    const { operation, status } = await session.step(new Random(seed, index), exchange);
    const name = operation?.id ?? NO_OPERATION;
    const counts = tally.get(name) ?? new Map<number, number>();
    tally.set(name, counts.set(status, (counts.get(status) ?? 0) + 1));
    if (index % CHECK_ALL_EVERY === CHECK_ALL_EVERY - 1) await session.checkAll();
  });
}

/** Returns a `Mismatch` as a failure. Rethrows any other error, since it is a fault of the fuzzer. */
async function failureOf(
  exchange: Exchange,
  index: number | undefined,
  act: () => Promise<void>,
): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return { why: error.message, index, request: exchange.request, answer: exchange.answer };
  }
}

async function settledMemory(target: Target): Promise<number> {
  await new Promise((resolve) => {
    setTimeout(resolve, SETTLING_MS);
  });
  return target.memory();
}

function growthFailure({ before, after }: Report['memory'], allowed: number): Failure | undefined {
  // Unknown memory is NaN, for which the comparison is false.
  if (!(after - before > allowed)) return undefined;
  const why = `resident memory grew from ${before.toFixed(0)} to ${after.toFixed(0)} MB, by more than ${allowed}`;
  return { why, index: undefined, request: undefined, answer: undefined };
}
