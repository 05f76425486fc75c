import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** Positions that wait while servers are busy. */
const MANY = 100_000;

/** Checks that a search finds what is stored, and that the index keeps up. */
export async function checkSearch(inspection: Inspection, isOn: boolean): Promise<Finding> {
  if (!isOn) return ok('search', 'off');
  const { items, missing } = await inspection.checkSearch();
  if (missing.count > 0) {
    return failed(
      'search',
      `a sample: the index lacks ${missing.count} of ${counted(items, 'item')} (${missing.examples.join(', ')})`,
      'Make the index anew: `colloquy search rebuild`.',
    );
  }
  const { waiting, conversations, indexed } = await inspection.searchState();
  if (waiting > MANY) {
    return warning(
      'search',
      `${counted(waiting, 'position')} of ${counted(conversations, 'conversation')} wait for the index`,
      'A server with `search` on adds them while it has time; `colloquy search rebuild` adds them at once.',
    );
  }
  return ok(
    'search',
    `${counted(indexed, 'item')} in the index, ${counted(waiting, 'position')} waiting`,
  );
}
