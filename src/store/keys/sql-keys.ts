import { singleStatement, type Driver, type Scope } from '../engine/driver.ts';
import type { Row, Value } from '../engine/query.ts';
import { attributes, integer, integerOrNull, text } from '../engine/rows.ts';
import type { KeyRecord, KeyStore } from './port.ts';
import * as sql from './statements.ts';

/** A key is looked up before its tenant is known. */
const SCOPE: Scope = { kind: 'none' };

/** API keys in SQL, over a driver. */
export class SqlKeys implements KeyStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async create(key: KeyRecord): Promise<void> {
    await this.#write(sql.INSERT_KEY, [
      key.id,
      key.tenant,
      key.subject,
      JSON.stringify(key.attributes),
      key.hash,
      key.createdAt,
      key.expiresAt,
      key.revokedAt,
      key.lastUsedAt,
    ]);
  }

  async find(hash: string): Promise<KeyRecord | null> {
    const query = { sql: sql.SELECT_KEY, parameters: [hash] };
    const [row] = await this.#driver.read({ scope: SCOPE, query });
    return row === undefined ? null : toKey(row);
  }

  async list(tenant: string | undefined): Promise<readonly KeyRecord[]> {
    const query = { sql: sql.LIST_KEYS, parameters: [tenant ?? null] };
    const rows = await this.#driver.read({ scope: SCOPE, query });
    return rows.map(toKey);
  }

  async revoke({ id, revokedAt }: Parameters<KeyStore['revoke']>[0]): Promise<boolean> {
    const revoked = await this.#write(sql.REVOKE_KEY, [id, revokedAt]);
    return revoked.length > 0;
  }

  async touch({ id, usedAt }: Parameters<KeyStore['touch']>[0]): Promise<void> {
    await this.#write(sql.TOUCH_KEY, [id, usedAt]);
  }

  #write(statement: string, parameters: readonly Value[]): Promise<readonly Row[]> {
    const query = { sql: statement, parameters };
    // Keys are read from the primary alone.
    return this.#driver.write(singleStatement(SCOPE, query, [], (rows) => rows));
  }
}

function toKey(row: Row): KeyRecord {
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    subject: text(row, 'subject'),
    attributes: attributes(row),
    hash: text(row, 'hash'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integerOrNull(row, 'expires_at'),
    revokedAt: integerOrNull(row, 'revoked_at'),
    lastUsedAt: integerOrNull(row, 'last_used_at'),
  };
}
