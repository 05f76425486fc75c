import { singleStatement, type Driver, type Scope } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import { ARCHIVED_TABLES, columnList } from '../tables.ts';
import type { HoldRecord, HoldStore, HoldTarget } from './port.ts';

/** Holds are for operators alone. */
const SCOPE: Scope = { kind: 'all' };
const COLUMNS = columnList(ARCHIVED_TABLES.holds);

/** Holds in SQL, over a driver. */
export class SqlHolds implements HoldStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async add(hold: HoldRecord): Promise<void> {
    const query = {
      sql: `INSERT INTO holds (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      parameters: [
        hold.tenant,
        hold.id,
        hold.subject,
        hold.conversationId,
        hold.reason,
        hold.createdAt,
        hold.releasedAt,
      ],
    };
    await this.#driver.write(singleStatement(SCOPE, query, [], () => undefined));
  }

  async list(tenant: string | undefined): Promise<readonly HoldRecord[]> {
    const query = {
      sql: `SELECT ${COLUMNS} FROM holds WHERE tenant = coalesce($1, tenant) ORDER BY created_at, id`,
      parameters: [tenant ?? null],
    };
    return (await this.#driver.read({ scope: SCOPE, query })).map(toHold);
  }

  async reach({ tenant, subject, conversationId }: HoldTarget): Promise<number> {
    const parameters = [tenant];
    const named: [column: string, value: string | null][] = [
      ['owner', subject],
      ['id', conversationId],
    ];
    const conditions = named.flatMap(([column, value]) =>
      value === null ? [] : [` AND ${column} = $${parameters.push(value)}`],
    );
    const query = {
      sql: `SELECT count(*) AS held FROM conversations WHERE tenant = $1${conditions.join('')}`,
      parameters,
    };
    const [row] = await this.#driver.read({ scope: SCOPE, query });
    return row === undefined ? 0 : integer(row, 'held');
  }

  release({ id, releasedAt }: Parameters<HoldStore['release']>[0]): Promise<HoldRecord | null> {
    const query = {
      sql: `UPDATE holds SET released_at = $2 WHERE id = $1 AND released_at IS NULL RETURNING ${COLUMNS}`,
      parameters: [id, releasedAt],
    };
    return this.#driver.write(
      singleStatement(SCOPE, query, [], ([row]) => (row === undefined ? null : toHold(row))),
    );
  }
}

function toHold(row: Row): HoldRecord {
  const optional = (column: string): string | null =>
    cell(row, column) === null ? null : text(row, column);
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    subject: optional('subject'),
    conversationId: optional('conversation_id'),
    reason: text(row, 'reason'),
    createdAt: integer(row, 'created_at'),
    releasedAt: integerOrNull(row, 'released_at'),
  };
}
