import type { DatabaseOptions } from '../../options/database.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
import { ok, warning, type Finding } from './finding.ts';

/** Difference between two clocks from which on orders by time are noticeably wrong. */
const CLOCK_TOLERANCE_MS = 2_000;
const KEEP_TIME = 'Synchronise the clocks of all machines, with NTP for example.';

/** Checks that this machine's clock agrees with the database's and with those of earlier writers. */
export async function checkClock(
  inspection: Inspection,
  { kind }: DatabaseOptions,
): Promise<Finding> {
  const before = Date.now();
  // An embedded database has no other clock than this one.
  const there = kind === 'sqlite' ? before : await inspection.now();
  const apartMs = Math.max(there - Date.now(), before - there, 0);
  if (apartMs > CLOCK_TOLERANCE_MS) {
    return warning(
      'clock',
      `this machine's clock and the database's are ${seconds(apartMs)} apart`,
      KEEP_TIME,
    );
  }
  const newest = (await inspection.newest()) ?? 0;
  const futureMs = newest - Date.now();
  if (futureMs > CLOCK_TOLERANCE_MS) {
    return warning(
      'clock',
      `the newest conversation was created ${seconds(futureMs)} from now: a clock ran ahead, or has jumped back`,
      `${KEEP_TIME} Until then, new conversations are listed as older ones than that.`,
    );
  }
  const clocks = kind === 'sqlite' ? 'this machine' : 'this machine and the database';
  return ok('clock', `${clocks}: no conversation is from the future`);
}

function seconds(milliseconds: number): string {
  return counted(Math.round(milliseconds / 1000), 'second');
}
