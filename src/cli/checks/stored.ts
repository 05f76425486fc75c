import type { Occurrences, PlacesReport, Thoroughness } from '../../store/inspection/integrity.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
import { failed, ok, type Finding } from './finding.ts';

export const REPORT = 'and please report it: the program does not write such rows.';

const COUNT_ITEMS =
  'UPDATE conversations SET next_position = (SELECT max(items.position) + 1 FROM items WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id) WHERE EXISTS (SELECT 1 FROM items WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id AND items.position >= conversations.next_position);';

/** Checks that all items belong to a conversation, at positions that the conversation has assigned. */
export async function checkPlaces(
  inspection: Inspection,
  thoroughness: Thoroughness,
): Promise<Finding> {
  const report = await inspection.checkPlaces(thoroughness);
  const { conversations, items, isWhole } = report;
  const subject = sampled(
    `${counted(items, 'item')} of ${counted(conversations, 'conversation')}`,
    isWhole,
  );
  const fault = faultOfPlaces(report);
  return fault === undefined
    ? ok('places', `${subject} are where they belong`)
    : failed('places', `${subject}: ${fault.detail}`, fault.fix);
}

interface Fault {
  readonly detail: string;
  readonly fix: string;
}

function faultOfPlaces({ absent, uncounted, negative }: PlacesReport): Fault | undefined {
  if (absent.count > 0) {
    const statements = absent.tables.map(
      (table) =>
        `DELETE FROM ${table} WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE tenant = ${table}.tenant AND id = ${table}.conversation_id);`,
    );
    return {
      detail: listed(absent, 'has rows and does not exist', 'have rows and do not exist'),
      fix: `No caller can see those rows. Copy the store, then delete them: ${statements.join(' ')} ${REPORT}`,
    };
  }
  if (uncounted.count > 0) {
    const detail = listed(
      uncounted,
      'has items that it has not counted',
      'have items that they have not counted',
    );
    return {
      detail: `${detail}, so the next append fails`,
      fix: `Stop the servers, copy the store, then count them: ${COUNT_ITEMS} ${REPORT}`,
    };
  }
  if (negative.count > 0) {
    return {
      detail: listed(
        negative,
        'has items at negative positions',
        'have items at negative positions',
      ),
      fix: `Restore the last copy from before, ${REPORT}`,
    };
  }
  return undefined;
}

/** Checks that items are JSON, with the id of their row. */
export async function checkItems(
  inspection: Inspection,
  thoroughness: Thoroughness,
): Promise<Finding> {
  const { items, isWhole, unreadable, misnamed } = await inspection.checkItems(thoroughness);
  const subject = sampled(counted(items, 'item'), isWhole);
  if (unreadable.count > 0) {
    return failed(
      'items',
      `${subject}: ${listed(unreadable, 'is not JSON', 'are not JSON')}`,
      'Lists with it fail. Restore the last copy from before, or delete it through the API; check the disk, and look for other programs that write to the database.',
    );
  }
  if (misnamed.count > 0) {
    return failed(
      'items',
      `${subject}: ${listed(misnamed, 'has another id inside', 'have another id inside')}`,
      'Clients that continue a list after it do not find it. Restore the last copy from before, or delete it through the API; look for other programs that write to the database.',
    );
  }
  return ok('items', `${subject} have the ids of their rows`);
}

export function sampled(what: string, isWhole: boolean): string {
  return isWhole ? what : `a sample (--full checks all): ${what}`;
}

/** Returns the number of occurrences and a few examples. */
export function listed({ count, examples }: Occurrences, one: string, many: string): string {
  const more = count > examples.length ? ', …' : '';
  return `${counted(count, one, many)} (${examples.join(', ')}${more})`;
}
