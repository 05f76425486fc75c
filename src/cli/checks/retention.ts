import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
import { ok, warning, type Finding } from './finding.ts';

const MS_PER_DAY = 86_400_000;
const COUNTED_UP_TO = 1_000;

/** Checks that what is due is deleted. */
export async function checkRetention(inspection: Inspection): Promise<Finding> {
  const overdue = await inspection.overdue(MS_PER_DAY, COUNTED_UP_TO);
  if (overdue === 0) return ok('retention', 'nothing has been due for a day');
  const count = `${overdue === COUNTED_UP_TO ? 'at least ' : ''}${counted(overdue, 'conversation')}`;
  return warning(
    'retention',
    `${count} should have been deleted a day ago; no caller sees them`,
    'Start a server, which deletes what is due, or run `colloquy retention sweep`. The metric colloquy_jobs_total shows sweeps that fail.',
  );
}
