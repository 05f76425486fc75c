import { signal } from '@preact/signals';

interface Wait {
  /** Milliseconds of the clock. */
  readonly until: number;
  readonly end: () => void;
}

/** Seconds until a busy server is asked again, and the way to ask at once. */
interface Countdown {
  readonly seconds: number;
  readonly now: () => void;
}

const TICK_MS = 250;
const MS_PER_SECOND = 1000;

/** What the page waits for; `undefined` when nothing waits. */
export const countdown = signal<Countdown | undefined>(undefined);

const waits = new Set<Wait>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Resolves after some seconds, or as soon as the reader wants it or the request is aborted. */
export function waitSeconds(seconds: number, aborted?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      waits.delete(wait);
      resolve();
      show();
    };
    const wait = { until: Date.now() + seconds * MS_PER_SECOND, end };
    waits.add(wait);
    aborted?.addEventListener('abort', end, { once: true });
    timer ??= setInterval(tick, TICK_MS);
    show();
  });
}

function tick(): void {
  for (const { until, end } of waits) if (until <= Date.now()) end();
  show();
}

/** Shows the wait that ends first. */
function show(): void {
  if (waits.size === 0) {
    clearInterval(timer);
    timer = undefined;
    countdown.value = undefined;
    return;
  }
  const soonest = Math.min(...[...waits].map(({ until }) => until));
  const seconds = Math.max(1, Math.ceil((soonest - Date.now()) / MS_PER_SECOND));
  if (countdown.value?.seconds === seconds) return;
  countdown.value = { seconds, now: endAll };
}

function endAll(): void {
  for (const { end } of waits) end();
}
