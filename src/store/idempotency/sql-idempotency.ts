import { newId } from '../../base/ids.ts';
import { scopeOf } from '../conversations/access-condition.ts';
import { singleStatement, type Driver, type Scope } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { integer, integerOrNull } from '../engine/rows.ts';
import { findKey } from './find-key.ts';
import type {
  HeldKeyRef,
  HoldKeyParams,
  HoldKeyResult,
  IdempotencyStore,
  UsedKey,
  KeyRef,
  Renewal,
} from './port.ts';
import * as sql from './statements.ts';

const TOKEN_PREFIX = 'attempt';
/** Keys of this span are deleted together, so that no deletion holds up other writes for long. */
const SWEPT_MS = 60_000;
const ALL_TENANTS: Scope = { kind: 'all' };

/** Idempotency keys in SQL, over a driver. Each write may be repeated, so that a broken connection loses no key. */
export class SqlIdempotency implements IdempotencyStore {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async hold(params: HoldKeyParams): Promise<HoldKeyResult> {
    const token = newId(TOKEN_PREFIX);
    const { syntax } = this.#driver;
    const query = this.#query(params, sql.holdKey(syntax), params.request, token, params.leaseMs);
    const write = singleStatement(scopeOf(params), query, [], (rows) => rows.length > 0);
    const proof = {
      query: this.#query(params, sql.SELECT_HELD_KEY, token),
      result: (rows: readonly Row[]) => (rows.length > 0 ? true : undefined),
    };
    for (;;) {
      if (await this.#driver.write({ ...write, proof })) return { token, used: undefined };
      const used = await this.find(params);
      // The key may have become free between the two.
      if (used !== null) return { token: undefined, used };
    }
  }

  async renew(
    params: HeldKeyRef & { readonly leaseMs: number; readonly awaitedWithinMs: number },
  ): Promise<Renewal> {
    const { token, leaseMs, awaitedWithinMs } = params;
    const statement = sql.renewKey(this.#driver.syntax);
    const query = this.#query(params, statement, token, leaseMs, awaitedWithinMs);
    return this.#driver.write<Renewal>({
      ...singleStatement(scopeOf(params), query, [], ([row]) => {
        if (row === undefined) return 'lost';
        return integer(row, 'is_awaited') === 1 ? 'awaited' : 'held';
      }),
      proof: this.#again(params),
    });
  }

  async await(ref: KeyRef): Promise<void> {
    const query = this.#query(ref, sql.awaitKey(this.#driver.syntax));
    await this.#run(ref, query);
  }

  async release(ref: HeldKeyRef): Promise<void> {
    await this.#run(ref, this.#query(ref, sql.RELEASE_KEY, ref.token));
  }

  find(ref: KeyRef): Promise<UsedKey | null> {
    return findKey(this.#driver, ref);
  }

  async sweep(): Promise<void> {
    const query = { sql: sql.selectFirstExpiry(this.#driver.syntax), parameters: [] };
    for (;;) {
      const [row] = await this.#driver.read({ scope: ALL_TENANTS, query });
      if (row === undefined) return;
      const [first, now] = [integerOrNull(row, 'first'), integer(row, 'now')];
      if (first === null || first > now) return;
      const until = Math.min(first + SWEPT_MS, now);
      await this.#driver.write(
        singleStatement(
          ALL_TENANTS,
          { sql: sql.DELETE_EXPIRED, parameters: [until] },
          [],
          () => undefined,
        ),
      );
    }
  }

  /** Runs a statement that may run twice. */
  async #run(ref: KeyRef, query: Query): Promise<void> {
    await this.#driver.write({
      ...singleStatement(scopeOf(ref), query, [], () => true),
      proof: this.#again(ref),
    });
  }

  /** Proves nothing, so that a write whose commit was lost runs again. */
  #again(ref: KeyRef) {
    return { query: this.#query(ref, sql.selectKey(this.#driver.syntax)), result: () => undefined };
  }

  #query({ tenant, id }: KeyRef, statement: string, ...rest: readonly Value[]): Query {
    return { sql: statement, parameters: [tenant, id, ...rest] };
  }
}
