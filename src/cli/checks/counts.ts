import { FORGET_WRONG_COUNTS } from '../../store/inspection/counts.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import type { Thoroughness } from '../../store/inspection/integrity.ts';
import { counted } from '../output/wording.ts';
import { failed, ok, type Finding } from './finding.ts';
import { listed, REPORT, sampled } from './stored.ts';

/** Checks that conversations keep the counts of their items. */
export async function checkCounts(
  inspection: Inspection,
  thoroughness: Thoroughness,
): Promise<Finding> {
  const { conversations, isWhole, wrong, uncounted } = await inspection.checkCounts(thoroughness);
  const subject = sampled(counted(conversations, 'conversation'), isWhole);
  if (wrong.count > 0) {
    return failed(
      'counts',
      `${subject}: ${listed(wrong, 'keeps other counts than it has items', 'keep other counts than they have items')}`,
      `Lists and sums show them. Copy the store, then forget them, and a server counts anew: ${FORGET_WRONG_COUNTS} ${REPORT}`,
    );
  }
  const rest = uncounted === 0 ? '' : `, ${uncounted} of which a server has yet to count`;
  return ok('counts', `${subject} with the counts of their items${rest}`);
}
