import type { StreamEvent } from '../../contract/responses/stream-events.ts';
import type { NewExchange, NewResponse } from '../../store/responses/port.ts';
import type { TerminalType } from './turn-response.ts';

/**
 * The result of a commit.
 * - `stored`: all of it is durable.
 * - `gone`: the conversation was deleted meanwhile, and nothing was stored.
 * - `lost`: another turn has begun in the conversation, and nothing was stored.
 * - `interrupted`: the same, since that turn has ended this one.
 */
export type Commit = 'stored' | 'gone' | 'lost' | 'interrupted';

type Terminal = StreamEvent<TerminalType>;

/** Storage of what a turn brings. */
export interface TurnStorage {
  /** Whether a response is stored although its model server has not begun to answer. */
  readonly keepsAllEnds: boolean;
  /** Stores the items and the response of a turn, in one transaction, and gives the turn back. */
  commit(exchange: NewExchange, last: Terminal): Promise<Commit>;
  /** Stores a response that has brought no items, and gives the turn back. */
  commitAlone(response: NewResponse, last: Terminal): Promise<void>;
  /** Gives the turn back, unless that is done. */
  release(): Promise<void>;
}
