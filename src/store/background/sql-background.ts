import { newId } from '../../base/ids.ts';
import { StoreUnavailableError } from '../../base/errors/store-unavailable.ts';
import { FilteredStatements, keyOf, scopeOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import { singleStatement, type Driver, type Write } from '../engine/driver.ts';
import type { Row } from '../engine/query.ts';
import { cell, integer, integerOrNull, text } from '../engine/rows.ts';
import { KeyNotHeld, underHeldKey } from '../idempotency/under-key.ts';
import { NothingStored } from '../responses/commit.ts';
import type { TurnRef } from '../turns/port.ts';
import { TURN_PREFIX } from '../turns/sql-turns.ts';
import { endBackground } from './ending.ts';
import type {
  BackgroundRef,
  BackgroundResponse,
  BackgroundStore,
  EndBackgroundParams,
  FindBackgroundParams,
  QueueAloneParams,
  QueueForkParams,
  QueueParams,
  QueueResult,
} from './port.ts';
import { NotQueued, queueAlone, queueFork, queueIn, type QueuedTurn } from './queueing.ts';
import * as sql from './statements.ts';

/** Responses in the background in SQL, over a driver. */
export class SqlBackground implements BackgroundStore {
  readonly #driver: Driver;
  readonly #statements: FilteredStatements;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#statements = new FilteredStatements(driver.syntax);
  }

  queue(params: QueueParams): Promise<QueueResult> {
    return this.#add(params, queueIn);
  }

  queueAlone(params: QueueAloneParams): Promise<QueueResult> {
    return this.#add(params, queueAlone);
  }

  queueFork(params: QueueForkParams): Promise<QueueResult> {
    return this.#add(params, queueFork);
  }

  /** Runs the write that adds a response, under its key if it has one. */
  async #add<Params extends QueueParams | QueueAloneParams>(
    params: Params,
    writeOf: (
      params: Params,
      turn: QueuedTurn | undefined,
      statements: FilteredStatements,
    ) => Write<QueueResult>,
  ): Promise<QueueResult> {
    const { conversationId, leaseMs, response } = params;
    const { id, key } = response;
    const turn = leaseMs === undefined ? undefined : { token: newId(TURN_PREFIX), leaseMs };
    const write = writeOf(params, turn, this.#statements);
    const { syntax } = this.#driver;
    try {
      return await this.#driver.write(
        key === undefined ? write : underHeldKey(write, key, { conversationId, id }, syntax),
      );
    } catch (error) {
      if (error instanceof NotQueued) return { refused: error.reason };
      if (!(error instanceof KeyNotHeld)) throw error;
      // Another attempt of the request goes on.
      throw new StoreUnavailableError('other', 'the key of the request is no longer held');
    }
  }

  async find(params: FindBackgroundParams): Promise<BackgroundResponse | null> {
    const { tenant, responseId, access } = params;
    const query = this.#statements.query(sql.selectById, [tenant, responseId], access);
    const [row] = await this.#driver.read({ scope: scopeOf(params), query });
    return row === undefined ? null : toBackground(tenant, row);
  }

  async waiting(limit: number): Promise<readonly BackgroundRef[]> {
    const query = { sql: sql.selectWaiting(this.#driver.syntax), parameters: [limit] };
    const rows = await this.#driver.read({ scope: { kind: 'all' }, query });
    return rows.map((row) => ({
      tenant: text(row, 'tenant'),
      conversationId: text(row, 'conversation_id'),
      responseId: text(row, 'id'),
    }));
  }

  async first(key: ConversationKey): Promise<BackgroundResponse | null> {
    const query = { sql: sql.SELECT_FIRST, parameters: keyOf(key) };
    const [row] = await this.#driver.read({ scope: scopeOf(key), query });
    return row === undefined ? null : toBackground(key.tenant, row);
  }

  ask(params: TurnRef & { readonly responseId: string }): Promise<boolean> {
    const { responseId, token } = params;
    const asked = [...keyOf(params), responseId];
    const query = { sql: sql.ASK, parameters: [...asked, token] };
    return this.#driver.write({
      ...singleStatement(scopeOf(params), query, [], (rows) => rows.length > 0),
      proof: {
        query: { sql: sql.SELECT_TOKEN, parameters: asked },
        result: ([row]) =>
          row !== undefined && cell(row, 'token') === null ? undefined : tokenOf(row) === token,
      },
    });
  }

  async end(params: EndBackgroundParams): Promise<boolean> {
    try {
      return await this.#driver.write(endBackground(params, this.#statements));
    } catch (error) {
      if (error instanceof NothingStored) return false;
      throw error;
    }
  }
}

function toBackground(tenant: string, row: Row): BackgroundResponse {
  return {
    tenant,
    conversationId: text(row, 'conversation_id'),
    id: text(row, 'id'),
    createdAt: integer(row, 'created_at'),
    continuesAt: integerOrNull(row, 'continues_at') ?? undefined,
    isStreamed: integer(row, 'is_streamed') !== 0,
    hasMovedOn: integer(row, 'has_moved_on') !== 0,
    token: tokenOf(row),
    request: text(row, 'request'),
  };
}

function tokenOf(row: Row | undefined): string | undefined {
  return row === undefined || cell(row, 'token') === null ? undefined : text(row, 'token');
}
