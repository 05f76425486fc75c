import { OperatorError } from '../../base/errors/operator-error.ts';
import { firstLine, noCounts, parseLine, unreadable, type Counts } from './format.ts';

export interface ResumePoint {
  /** The bytes to keep, through the end of the last whole conversation. */
  readonly bytes: number;
  readonly after: { readonly tenant: string; readonly id: string };
  readonly counts: Counts;
}

/**
 * Finds the place at which a cut-off archive continues: after the conversation before its last one, which may
 * be incomplete. Returns null when it has no whole conversation, and `'whole'` when nothing is missing. Throws an
 * `OperatorError` for what is not an archive, or one of another tenant than `tenant`.
 */
export async function resumePoint(
  lines: AsyncIterable<string>,
  tenant: string | undefined,
): Promise<ResumePoint | 'whole' | null> {
  let point: ResumePoint | null = null;
  let previous: ResumePoint['after'] | undefined;
  const counts = noCounts();
  let bytes = 0;
  let number = 0;
  // A line is known to be whole when another one follows it.
  let waiting: string | undefined;
  for await (const next of lines) {
    if (waiting !== undefined) read(waiting);
    waiting = next;
  }
  if (number === 0 && waiting !== undefined && !firstLine(tenant).startsWith(waiting)) {
    throw unreadable(1, 'it does not begin an archive');
  }
  if (waiting !== undefined && isEnd(waiting)) return 'whole';
  return point;

  function read(text: string): void {
    number += 1;
    const line = parseLine(text, number);
    if (number === 1 && line.kind !== 'first') {
      throw unreadable(1, 'it does not begin an archive');
    }
    if (line.kind === 'first' && line.isSelection) throw selection();
    if (line.kind === 'first' && line.tenant !== tenant) throw otherTenant(line.tenant);
    if (line.kind === 'record') {
      const { record } = line;
      if (record.table === 'conversations') {
        if (previous !== undefined) point = { bytes, after: previous, counts: { ...counts } };
        previous = { tenant: record.row.tenant, id: record.row.id };
      }
      counts[record.table] += 1;
    }
    bytes += Buffer.byteLength(text) + 1;
  }
}

function selection(): OperatorError {
  return new OperatorError(
    'archive_of_selection',
    'The file is an archive of some conversations of a tenant, and cannot be continued.',
    'Export them anew.',
  );
}

function otherTenant(tenant: string | undefined): OperatorError {
  return new OperatorError(
    'other_tenant',
    tenant === undefined
      ? 'The file is an archive of all tenants.'
      : `The file is an archive of the tenant ${tenant}.`,
    tenant === undefined ? 'Leave --tenant out.' : `Add --tenant ${tenant}.`,
  );
}

function isEnd(text: string): boolean {
  return text.startsWith('{"end":') && text.endsWith('}}');
}
