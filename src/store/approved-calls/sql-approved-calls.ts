import { newId } from '../../base/ids.ts';
import { FilteredStatements, keyOf, scopeOf } from '../conversations/access-condition.ts';
import { selectConversation } from '../conversations/statements.ts';
import { singleStatement, type Driver, type Write } from '../engine/driver.ts';
import type { Row, Value } from '../engine/query.ts';
import { text } from '../engine/rows.ts';
import type {
  ApprovalRequest,
  ApprovedCallStore,
  BeginCallParams,
  BeginCallResult,
  BegunCall,
} from './port.ts';
import * as sql from './statements.ts';

const TOKEN_PREFIX = 'begun';

/** Approved calls in SQL, over a driver. */
export class SqlApprovedCalls implements ApprovedCallStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
  }

  async findRequest({
    tenant,
    requestId,
    readable,
  }: Parameters<ApprovedCallStore['findRequest']>[0]): Promise<ApprovalRequest | null> {
    const query = this.#statements.query(sql.selectRequest, [tenant, requestId], readable);
    const [row] = await this.#driver.read({ scope: scopeOf({ tenant }), query });
    if (row === undefined) return null;
    return { conversationId: text(row, 'conversation_id'), data: text(row, 'data') };
  }

  begin(params: BeginCallParams): Promise<BeginCallResult> {
    return this.#driver.write(beginCall(params, newId(TOKEN_PREFIX), this.#statements));
  }

  async undo(call: BegunCall): Promise<void> {
    const query = { sql: sql.UNDO_CALL, parameters: cellsOf(call) };
    await this.#driver.write({
      ...singleStatement(scopeOf(call), query, [], () => true),
      proof: {
        query: { sql: sql.SELECT_CALL, parameters: cellsOf(call) },
        result: (rows) => (rows.length > 0 ? undefined : true),
      },
    });
  }
}

function beginCall(
  { access, ...params }: BeginCallParams,
  token: string,
  statements: FilteredStatements,
): Write<BeginCallResult> {
  const { tenant, conversationId, requestId } = params;
  const call: BegunCall = { tenant, conversationId, requestId, token };
  const insert = statements.query(sql.beginCall, cellsOf(call), access);
  const find = statements.query(selectConversation, keyOf(params), access);
  const result = (begun: readonly Row[], found: readonly Row[]): BeginCallResult => {
    if (begun.length > 0) return { refused: undefined, call };
    return { refused: found.length > 0 ? 'begun_before' : 'conversation_absent' };
  };
  return {
    scope: scopeOf(params),
    changes: [],
    inSteps: (steps) => {
      const begun = steps.all(insert);
      return result(begun, begun.length > 0 ? [] : steps.all(find));
    },
    inRoundTrips: async (trips) => {
      const [begun = [], found = []] = await trips.finish(insert, find);
      return result(begun, found);
    },
    proof: {
      query: { sql: sql.SELECT_CALL, parameters: cellsOf(call) },
      result: (rows) => (rows.length > 0 ? { refused: undefined, call } : undefined),
    },
  };
}

function cellsOf(call: BegunCall): readonly Value[] {
  return [...keyOf(call), call.requestId, call.token];
}
