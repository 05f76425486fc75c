import { ALL } from '../../base/row-filter.ts';
import { scopeOf } from '../conversations/access-condition.ts';
import type { Driver } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { cell } from '../engine/rows.ts';
import {
  ARCHIVED_CHILD_TABLES,
  ARCHIVED_TABLES,
  columnList,
  TABLES_WITHOUT_CONVERSATION,
  type ArchivedTable,
  type ConversationTable,
} from '../tables.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { addRecords } from './add-records.ts';
import type { Archive, ArchivePlace, ArchiveQuery, ArchiveRecord } from './port.ts';
import { toRecord } from './records.ts';
import { rowBatches, type ReadQuery } from './row-batches.ts';
import { selectedRecords, type ArchiveSelection } from './selection.ts';
import { selectConversationsBatch } from './statements.ts';

const CONVERSATIONS_PER_BATCH = 500;
/** Records that are passed on together; a batch of rows that is larger is passed on alone. */
const RECORDS_PER_TAKE = 500;

type Take = (records: readonly ArchiveRecord[]) => Promise<void>;

/** A store as rows, over a driver. */
export class SqlArchive implements Archive {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  read({ tenant, after, owner }: ArchiveQuery, take: Take): Promise<void> {
    return this.#driver.snapshot(async (read) => {
      if (tenant !== undefined && owner !== undefined) {
        const selection = { tenant, owner, access: ALL, metadata: [] };
        const selected = selectedRecords(selection, 'stored', this.#driver.syntax, read);
        for await (const records of selected) await take(records);
        return;
      }
      if (after === undefined) {
        for (const table of TABLES_WITHOUT_CONVERSATION) {
          await take(await allRows(table, tenant, read));
        }
      }
      // No tenant and no id is empty.
      let last = after ?? { tenant: tenant ?? '', id: '' };
      for (;;) {
        const rows = await read({
          sql: selectConversationsBatch(ARCHIVED_TABLES.conversations, tenant !== undefined),
          parameters: [last.tenant, last.id, CONVERSATIONS_PER_BATCH],
        });
        const end = rows.at(-1);
        if (end === undefined) return;
        await takeWithChildren(rows, read, take);
        last = placeOf(end);
      }
    });
  }

  select(selection: ArchiveSelection): AsyncGenerator<readonly ArchiveRecord[]> {
    const read: ReadQuery = (query) => this.#driver.read({ scope: scopeOf(selection), query });
    return selectedRecords(selection, 'live', this.#driver.syntax, read);
  }

  write(records: readonly ArchiveRecord[]): Promise<number> {
    return this.#driver.write(addRecords(records, this.#driver.syntax));
  }
}

/** The rows of a table that belongs to no conversation; it is small enough to be read whole. */
async function allRows(
  table: ArchivedTable,
  tenant: string | undefined,
  read: ReadQuery,
): Promise<readonly ArchiveRecord[]> {
  const rows = await read({
    sql: `
      SELECT ${columnList(table)} FROM ${table.name}
      WHERE tenant = coalesce($1, tenant) ORDER BY ${table.primaryKey.join(', ')}`,
    parameters: [tenant ?? null],
  });
  return rows.map((row) => toRecord(table, row));
}

/** Passes on each conversation and then its rows of each other table; all come in the order of the keys. */
async function takeWithChildren(
  conversations: readonly Row[],
  read: ReadQuery,
  take: Take,
): Promise<void> {
  const [first, end] = [conversations[0], conversations.at(-1)];
  if (first === undefined || end === undefined) throw new Error('there are no conversations');
  const children = ARCHIVED_CHILD_TABLES.map(
    (table) => new ChildRows(table, keyOf(first), keyOf(end), read),
  );
  let waiting: ArchiveRecord[] = [];
  for (const conversation of conversations) {
    waiting.push(toRecord(ARCHIVED_TABLES.conversations, conversation));
    for (const child of children) {
      for await (const records of child.of(keyOf(conversation))) {
        waiting.push(...records);
        if (waiting.length < RECORDS_PER_TAKE) continue;
        await take(waiting);
        waiting = [];
      }
    }
  }
  await take(waiting);
}

/** The rows of one table, handed out conversation by conversation. */
class ChildRows {
  readonly #table: ConversationTable<ArchivedTable>;
  readonly #batches: AsyncIterator<readonly Row[]>;
  #rows: readonly Row[] = [];

  constructor(
    table: ConversationTable<ArchivedTable>,
    first: ConversationKey,
    end: ConversationKey,
    read: ReadQuery,
  ) {
    this.#table = table;
    const start = { kind: 'conversation', key: first } as const;
    this.#batches = rowBatches(table, start, end, read)[Symbol.asyncIterator]();
  }

  /** Yields the rows of a conversation; rows before it belong to no conversation and are left out. */
  async *of(key: ConversationKey): AsyncGenerator<readonly ArchiveRecord[]> {
    for (;;) {
      if (this.#rows.length === 0) {
        const { value, done } = await this.#batches.next();
        if (done === true) return;
        this.#rows = value;
      }
      const start = this.#rows.findIndex((row) => this.#compare(row, key) >= 0);
      const own = start === -1 ? [] : this.#rows.slice(start);
      const end = own.findIndex((row) => this.#compare(row, key) > 0);
      this.#rows = end === -1 ? [] : own.slice(end);
      const taken = end === -1 ? own : own.slice(0, end);
      if (taken.length > 0) yield taken.map((row) => toRecord(this.#table, row));
      if (this.#rows.length > 0) return;
    }
  }

  /** Negative when the row's conversation precedes `key`, 0 when it is that conversation. */
  #compare(row: Row, { tenant, conversationId }: ConversationKey): number {
    const order = compareBytes(String(cell(row, 'tenant')), tenant);
    if (order !== 0) return order;
    return compareBytes(String(cell(row, this.#table.conversationColumn)), conversationId);
  }
}

/** Compares as the databases do, byte by byte. */
function compareBytes(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function placeOf(row: Row): ArchivePlace {
  return { tenant: String(cell(row, 'tenant')), id: String(cell(row, 'id')) };
}

function keyOf(row: Row): ConversationKey {
  const { tenant, id } = placeOf(row);
  return { tenant, conversationId: id };
}
