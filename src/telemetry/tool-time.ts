import type { TurnReport } from '../observe/turns.ts';

/** Returns the time between two others in which a tool ran, in milliseconds. Calls may run at the same time. */
export function toolTime(
  { toolCalls }: Pick<TurnReport, 'toolCalls'>,
  from: number,
  to: number,
): number {
  let total = 0;
  let until = from;
  for (const { began, ended } of toolCalls.toSorted((one, other) => one.began - other.began)) {
    const start = Math.max(began, until);
    const end = Math.min(ended, to);
    if (end <= start) continue;
    total += end - start;
    until = end;
  }
  return total;
}
