import { signal } from '@preact/signals';

/** Base URL of the API, next to the console wherever a proxy has put both. */
export const API = new URL('../v1/', document.baseURI);
/** The same as clients are given it, without a slash at its end. It may stand within quotation marks of either kind. */
export const BASE_URL = API.href.replace(/\/$/, '').replaceAll("'", '%27');

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;
/** Statuses with which a proxy says that the server behind it is away. */
const AWAY = [502, 504];

/** Set while the server cannot be reached. */
export const unreachable = signal(false);
/** Set when a part of the page cannot be loaded from a server that answers, since it has a newer console. */
export const isOutdated = signal(false);

let back: Promise<void> | undefined;

/** Returns whether an answer is that of a proxy without its server. */
export function isFromProxyAlone({ status }: Response): boolean {
  return AWAY.includes(status);
}

/** Resolves when the server answers again, or the request is aborted. It is asked after pauses that grow. */
export function reachable(aborted?: AbortSignal): Promise<void> {
  unreachable.value = true;
  back ??= askAgain().finally(() => {
    back = undefined;
    unreachable.value = false;
  });
  if (aborted === undefined) return back;
  const given = new Promise<void>((resolve) => {
    aborted.addEventListener('abort', () => resolve(), { once: true });
  });
  return Promise.race([back, given]);
}

/** Loads a part of the page, and once more when the server answers again. Rejects when it has no such part then. */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    await reachable();
  }
  try {
    return await load();
  } catch (error) {
    isOutdated.value = true;
    throw error;
  }
}

async function askAgain(): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    await pauseOrOnline(pause);
    const response = await fetch(new URL('server', API)).catch(() => undefined);
    if (response !== undefined && !isFromProxyAlone(response)) return;
  }
}

function pauseOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    addEventListener('online', () => resolve(), { once: true });
  });
}
