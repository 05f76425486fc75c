import type { RepairCounts } from '../../context/repairs.ts';
import type { TurnTimes } from './turn-watch.ts';

/** Returns the JSON of what is known of a turn besides its response, as it is stored and served. */
export function turnReport(
  { firstTokenMs, sinceBeginMs }: TurnTimes,
  repairs: RepairCounts,
): string {
  return JSON.stringify({
    time_to_first_token_ms: firstTokenMs === undefined ? null : Math.round(firstTokenMs),
    duration_ms: Math.round(sinceBeginMs),
    repairs,
  });
}
