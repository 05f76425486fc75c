import type { Driver, Row } from './driver.ts';
import type { KeyRecord, KeyStore } from './port.ts';
import { attributes, integer, integerOrNull, text } from './rows.ts';
import * as sql from './statements.ts';

/** API keys in SQL, over a driver. */
export class SqlKeyStore implements KeyStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async create(key: KeyRecord): Promise<void> {
    await this.#driver.write((transaction) =>
      transaction.run(sql.INSERT_KEY, [
        key.id,
        key.tenant,
        key.subject,
        JSON.stringify(key.attributes),
        key.hash,
        key.createdAt,
        key.expiresAt,
        key.revokedAt,
        key.lastUsedAt,
      ]),
    );
  }

  async find(hash: string): Promise<KeyRecord | null> {
    const row = await this.#driver.read((transaction) => transaction.get(sql.SELECT_KEY, [hash]));
    return row === undefined ? null : toKey(row);
  }

  async list(tenant: string | undefined): Promise<readonly KeyRecord[]> {
    const rows = await this.#driver.read((transaction) =>
      transaction.all(sql.LIST_KEYS, [tenant ?? null]),
    );
    return rows.map(toKey);
  }

  revoke({ id, revokedAt }: { readonly id: string; readonly revokedAt: number }): Promise<boolean> {
    return this.#driver.write(
      (transaction) => transaction.run(sql.REVOKE_KEY, [id, revokedAt]) > 0,
    );
  }

  async touch({ id, usedAt }: { readonly id: string; readonly usedAt: number }): Promise<void> {
    await this.#driver.write((transaction) => transaction.run(sql.TOUCH_KEY, [id, usedAt]));
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
