import type { DatabaseOptions } from '../../options/database.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import type { Occurrences, Thoroughness } from '../../store/inspection/integrity.ts';
import { counted } from '../output/wording.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** How far clocks may be apart before orders that go by time are noticeably wrong. */
const CLOCK_TOLERANCE_MS = 2_000;

const REPORT = 'and please report it: the program does not write such rows.';

/** Whether the file is what SQLite once wrote. */
export async function checkFile(inspection: Inspection): Promise<Finding> {
  const damage = await inspection.damage();
  return damage.length === 0
    ? ok('file', 'SQLite finds its file whole')
    : failed(
        'file',
        `SQLite finds its file damaged: ${damage.join('; ').replaceAll('\n', ' ')}`,
        'Stop the server, keep its files as they are, and restore the last copy that `colloquy backup` made; look at the disk.',
      );
}

/** Whether the schema is this program's. */
export async function checkSchema(inspection: Inspection): Promise<Finding> {
  const { applied, pending } = await inspection.migrations();
  const version = applied.at(-1)?.version ?? 0;
  if (pending.length === 0) return ok('schema', `version ${version}, which is this program's`);
  const detail =
    applied.length === 0
      ? 'there is no schema yet, and nothing in it'
      : `version ${version}, and this program brings ${counted(pending.length, 'step')} more`;
  return warning(
    'schema',
    detail,
    'Run `colloquy migrate up`, or start the server, which does it.',
  );
}

/** Whether a role of PostgreSQL may serve. */
export async function checkRights(
  inspection: Inspection,
  options: DatabaseOptions,
): Promise<Finding> {
  await inspection.assertRights();
  const isWalled = await inspection.hasWalls();
  const wantsWalls = options.kind === 'postgres' && options.rowLevelSecurity;
  if (wantsWalls && !isWalled) {
    return warning(
      'rights',
      'rls is on, and the tables have no row-level security yet',
      'Start the server as the owner of the tables, which switches it on.',
    );
  }
  return ok('rights', `the role may serve; row-level security is ${isWalled ? 'on' : 'off'}`);
}

/** Whether all items belong to a conversation, at positions that it has given away. */
export async function checkPlaces(
  inspection: Inspection,
  thoroughness: Thoroughness,
): Promise<Finding> {
  const report = await inspection.checkPlaces(thoroughness);
  const { conversations, items, isWhole, absent, uncounted, negative } = report;
  const looked = lookedAt(
    `${counted(items, 'item')} of ${counted(conversations, 'conversation')}`,
    isWhole,
  );
  if (absent.count > 0) {
    return failed(
      'places',
      `${looked}: ${named(absent, 'has items and does not exist', 'have items and do not exist')}`,
      `Nobody can see those items. Copy the store, then delete them: ${absent.tables.map((table) => `DELETE FROM ${table} WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE tenant = ${table}.tenant AND id = ${table}.conversation_id);`).join(' ')} ${REPORT}`,
    );
  }
  if (uncounted.count > 0) {
    return failed(
      'places',
      `${looked}: ${named(uncounted, 'has items that it has not counted', 'have items that they have not counted')}, so the next append fails`,
      `Stop the servers, copy the store, then count them: UPDATE conversations SET next_position = (SELECT max(items.position) + 1 FROM items WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id) WHERE EXISTS (SELECT 1 FROM items WHERE items.tenant = conversations.tenant AND items.conversation_id = conversations.id AND items.position >= conversations.next_position); ${REPORT}`,
    );
  }
  if (negative.count > 0) {
    return failed(
      'places',
      `${looked}: ${named(negative, 'has items at negative positions', 'have items at negative positions')}`,
      `Restore the last copy from before, ${REPORT}`,
    );
  }
  return ok('places', `${looked} are where they belong`);
}

/** Whether items are the JSON that their rows say they are. */
export async function checkItems(
  inspection: Inspection,
  thoroughness: Thoroughness,
): Promise<Finding> {
  const { items, isWhole, unreadable, misnamed } = await inspection.checkItems(thoroughness);
  const looked = lookedAt(counted(items, 'item'), isWhole);
  if (unreadable.count > 0) {
    return failed(
      'items',
      `${looked}: ${named(unreadable, 'is no JSON', 'are no JSON')}`,
      'Lists with it fail. Restore the last copy from before, or delete it through the API; look at the disk, and at who else writes to the database.',
    );
  }
  if (misnamed.count > 0) {
    return failed(
      'items',
      `${looked}: ${named(misnamed, 'has another id inside', 'have another id inside')}`,
      'Clients that go on behind it will not find it. Restore the last copy from before, or delete it through the API; look at who else writes to the database.',
    );
  }
  return ok('items', `${looked} are what their rows say`);
}

/** Whether this machine's clock, the database's, and the one of whoever wrote agree. */
export async function checkClock(
  inspection: Inspection,
  { kind }: DatabaseOptions,
): Promise<Finding> {
  const before = Date.now();
  // An embedded database has no other clock than this one.
  const there = kind === 'sqlite' ? before : await inspection.now();
  const ahead = Math.max(there - Date.now(), before - there, 0);
  const keepTime = 'Let all machines keep time, with NTP or the like.';
  if (ahead > CLOCK_TOLERANCE_MS) {
    return warning(
      'clock',
      `this machine's clock and the database's are ${seconds(ahead)} apart`,
      keepTime,
    );
  }
  const newest = (await inspection.newest()) ?? 0;
  const future = newest - Date.now();
  if (future > CLOCK_TOLERANCE_MS) {
    return warning(
      'clock',
      `the newest conversation was created ${seconds(future)} from now: a clock ran ahead, or has jumped back`,
      `${keepTime} Until then, new conversations are listed as older ones than that.`,
    );
  }
  const clocks = kind === 'sqlite' ? 'this machine' : 'this machine and the database';
  return ok('clock', `${clocks}: no conversation is from the future`);
}

function seconds(milliseconds: number): string {
  return counted(Math.round(milliseconds / 1000), 'second');
}

function lookedAt(what: string, isWhole: boolean): string {
  return isWhole ? what : `a sample (--full looks at all): ${what}`;
}

function named({ count, examples }: Occurrences, one: string, many: string): string {
  const more = count > examples.length ? ', …' : '';
  return `${counted(count, one, many)} (${examples.join(', ')}${more})`;
}
