import { keyOf } from '../conversations/access-condition.ts';
import type { ConversationKey } from '../conversations/port.ts';
import type { Query } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { joinedEvents } from '../response-events/events-text.ts';
import type { LastEvents } from './port.ts';
import * as sql from './statements.ts';

/**
 * Returns the statements after the one that has stored a response of the background: they add its last event, if there
 * is one, and take it out of those that have not ended.
 */
export function afterEnd(
  key: ConversationKey,
  responseId: string,
  last: LastEvents | undefined,
  syntax: SqlSyntax,
): readonly Query[] {
  const parameters = [...keyOf(key), responseId];
  const remove = { sql: sql.DELETE_ENDED, parameters };
  if (last === undefined) return [remove];
  const { terminal, before } = last;
  const all = [...before, terminal];
  const insert = {
    sql: sql.insertTerminalEvent(syntax),
    parameters: [
      ...parameters,
      Buffer.byteLength(terminal),
      terminal,
      all.length,
      joinedEvents(all),
    ],
  };
  return [insert, remove];
}
