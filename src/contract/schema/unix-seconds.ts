/** Times that requests give in Unix seconds. */

import { apiError } from '../errors/registry.ts';

/** Milliseconds of the years 1973 to 5138; as seconds, they are times that no clock shows. */
const FIRST = 1e11;
const LAST = 1e14;

/** Throws an `ApiError` if a time must be in milliseconds: as seconds, it would find nothing or everything in silence. */
export function refuseMilliseconds(
  times: Readonly<Record<string, number | undefined>>,
  prefix = '',
): void {
  for (const [name, time = 0] of Object.entries(times)) {
    if (time >= FIRST && time < LAST) {
      throw apiError('time_in_milliseconds', { param: `${prefix}${name}`, value: time });
    }
  }
}
