import { newId } from '../../base/ids.ts';
import { FilteredStatements, keyOf, scopeOf } from '../conversations/access-condition.ts';
import { selectConversation } from '../conversations/statements.ts';
import { singleStatement, type Driver, type Proof, type Write } from '../engine/driver.ts';
import type { Query, Row } from '../engine/query.ts';
import type {
  RenewTurnParams,
  TakeTurnParams,
  TakeTurnResult,
  TurnRef,
  TurnStore,
} from './port.ts';
import * as sql from './statements.ts';

/** Prefix of tokens. */
export const TURN_PREFIX = 'turn';

/** Turns in SQL, over a driver. Each write may be repeated, so that a broken connection does not lose a turn. */
export class SqlTurns implements TurnStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
  }

  take(params: TakeTurnParams): Promise<TakeTurnResult> {
    return this.#driver.write(takeTurn(params, newId(TURN_PREFIX), this.#statements));
  }

  renew(params: RenewTurnParams): Promise<boolean> {
    const query = {
      sql: sql.renewTurn(this.#driver.syntax),
      parameters: [...turnOf(params), params.leaseMs],
    };
    return this.#driver.write({
      ...singleStatement(scopeOf(params), query, [], (rows) => rows.length > 0),
      proof: presence(params, (isPresent) => (isPresent ? undefined : false)),
    });
  }

  async wasInterrupted(turn: TurnRef): Promise<boolean> {
    const query = { sql: sql.SELECT_INTERRUPTED, parameters: turnOf(turn) };
    return (await this.#driver.read({ scope: scopeOf(turn), query })).length > 0;
  }

  async forgetInterrupted(olderThanMs: number): Promise<void> {
    const query = { sql: sql.deleteInterrupted(this.#driver.syntax), parameters: [olderThanMs] };
    await this.#driver.write(singleStatement({ kind: 'all' }, query, [], () => true));
  }

  async release(turn: TurnRef): Promise<void> {
    const query = { sql: sql.RELEASE_TURN, parameters: turnOf(turn) };
    await this.#driver.write({
      ...singleStatement(scopeOf(turn), query, [], () => true),
      proof: presence(turn, (isPresent) => (isPresent ? undefined : true)),
    });
  }
}

function takeTurn(
  params: TakeTurnParams,
  token: string,
  statements: FilteredStatements,
): Write<TakeTurnResult> {
  const { access, leaseMs, interrupts = false } = params;
  const turn = { ...params, token };
  const take = statements.query(
    interrupts ? sql.interruptTurn : sql.takeTurn,
    [...turnOf(turn), leaseMs],
    access,
  );
  const notes = interrupts ? [statements.query(sql.noteInterrupted, turnOf(turn), access)] : [];
  const find = statements.query(selectConversation, keyOf(params), access);
  const result = (taken: readonly Row[], found: readonly Row[]): TakeTurnResult => {
    if (taken.length > 0) return { refused: undefined, token };
    return { refused: found.length > 0 ? 'conversation_busy' : 'conversation_absent' };
  };
  return {
    scope: scopeOf(params),
    changes: [],
    inSteps: (steps) => {
      for (const note of notes) steps.run(note);
      const taken = steps.all(take);
      return result(taken, taken.length > 0 ? [] : steps.all(find));
    },
    inRoundTrips: async (trips) => {
      const results = await trips.finish(...notes, take, find);
      const [taken = [], found = []] = results.slice(notes.length);
      return result(taken, found);
    },
    proof: presence(turn, (isPresent) => (isPresent ? { refused: undefined, token } : undefined)),
  };
}

/** Finds out whether a turn runs; an undefined result has the write repeated. */
function presence<Result>(
  turn: TurnRef,
  result: (isPresent: boolean) => Result | undefined,
): Proof<Result> {
  const query: Query = { sql: sql.SELECT_TURN, parameters: turnOf(turn) };
  return { query, result: (rows) => result(rows.length > 0) };
}

function turnOf(turn: TurnRef): readonly [tenant: string, conversationId: string, token: string] {
  return [...keyOf(turn), turn.token];
}
