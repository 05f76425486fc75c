/**
 * Statements about responses. `$1` is the tenant and `$2` the conversation, unless a comment names them otherwise.
 * `where` is the access condition on `conversations`; its parameters follow the statement's own.
 */

import type { Order } from '../../base/paging.ts';
import type { Statement } from '../conversations/access-condition.ts';
import { COUNT_COLUMNS, grown, movedSlot, shrunk } from '../conversations/counts.ts';
import { insertItems } from '../conversations/statements.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { IS_HELD, keepItems, keepResponses } from '../retention/held.ts';
import { ARCHIVED_TABLES, columnList } from '../tables.ts';

export const RESPONSE_COLUMNS = columnList(ARCHIVED_TABLES.responses);

/**
 * Returns the cells of a response: id `$3`, created at `$4`, status `$5`, text `$6` and rest `$7`, with its first output
 * `$8` positions after `base`, and its end `$9` after it, and with tokens `$10` to `$13`.
 */
export function cellsAfter(base: string): string {
  const tokens = [10, 11, 12, 13].map((number) => `CAST($${number} AS BIGINT)`).join(', ');
  return `$3, CAST($4 AS BIGINT), $5, ${base} + CAST($8 AS BIGINT), ${base} + CAST($9 AS BIGINT), ${tokens}, $6, $7`;
}

/** Inserts a response of a conversation that the transaction has made, whose items begin at position `$14`. */
export const INSERT_FIRST_RESPONSE = `
  INSERT INTO responses (${RESPONSE_COLUMNS}) VALUES ($1, $2, ${cellsAfter('CAST($14 AS BIGINT)')})`;

/**
 * Inserts the response of turn `$14`, where the next position is `$15` or `$15` is null. Returns its place; no row when
 * the turn, the position or the conversation is not what it must be.
 *
 * The first statement of its transaction. It locks the rows of the conversation and of the turn, and its own condition
 * holds for the rows as they are then. The statements after it ask for the response, which only this one can have
 * inserted: they do their work, or nothing, as this one did.
 */
export function insertResponseOfTurn(where: string, { lockRows }: SqlSyntax): string {
  return `
    INSERT INTO responses AS added (${RESPONSE_COLUMNS})
    SELECT conversations.tenant, conversations.id, ${cellsAfter('conversations.next_position')}
    FROM conversations
    JOIN turns ON turns.tenant = conversations.tenant AND turns.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND turns.tenant = $1 AND turns.conversation_id = $2 AND turns.token = $14
      AND conversations.next_position = coalesce(CAST($15 AS BIGINT), conversations.next_position)
    ${lockRows}
    RETURNING first_output, end_position`;
}

/** Inserts a response at the next position, and locks the conversation. No row when the conversation is absent. */
export function insertResponse(where: string, { lockRows }: SqlSyntax): string {
  return `
    INSERT INTO responses AS added (${RESPONSE_COLUMNS})
    SELECT tenant, id, ${cellsAfter('next_position')}
    FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockRows}
    RETURNING first_output, end_position`;
}

/**
 * In one trip: inserts the items `$4` to `$6`, created at `$3`, from `$8` positions before the first output of response
 * `$7` on. A table that is sharded takes them in its shard, since their conversation's id comes from the other table.
 */
export const INSERT_ITEMS_OF_RESPONSE = insertItems(`
      SELECT tenant, conversation_id AS id, first_output - CAST($8 AS BIGINT) AS position
      FROM responses WHERE tenant = $1 AND conversation_id = $2 AND id = $7`);

/** Checks that the transaction has stored a response. */
export function hasResponse(id: string): string {
  return `EXISTS (SELECT 1 FROM responses WHERE tenant = $1 AND conversation_id = $2 AND id = ${id})`;
}

/** Counts the items of response `$3`; `$4` to `$6` as in `grown`. */
export const COUNT_ITEMS_OF_RESPONSE = `
  UPDATE conversations SET ${grown(4)}, ${movedSlot(4)}
  WHERE tenant = $1 AND id = $2 AND ${hasResponse('$3')}`;

/** Gives turn `$4` back after it has stored response `$3`. */
export const RELEASE_TURN_OF_RESPONSE = `
  DELETE FROM turns
  WHERE tenant = $1 AND conversation_id = $2 AND token = $4 AND ${hasResponse('$3')}`;

/** Selects what a turn's commit depends on. No row: the conversation is absent. A null token: turn `$3` is lost. */
export function selectBasisOfTurn(where: string): string {
  return `
    SELECT conversations.next_position, turns.token
    FROM conversations
    LEFT JOIN turns ON turns.tenant = $1 AND turns.conversation_id = $2 AND turns.token = $3
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}`;
}

/** Selects the place of response `$3`. */
export const SELECT_PLACE = `
  SELECT first_output, end_position FROM responses
  WHERE tenant = $1 AND conversation_id = $2 AND id = $3`;

/** Selects those of the items `$3` that the conversation has before position `$4`. */
export const SELECT_ITEMS_BEFORE = `
  SELECT id FROM items
  WHERE tenant = $1 AND conversation_id = $2 AND id = ANY ($3::text[]) AND position < $4`;

/** Inserts a conversation that no list shows. */
export const INSERT_HIDDEN_CONVERSATION = `
  INSERT INTO conversations (tenant, id, owner, attributes, metadata, created_at, next_position, is_hidden, ${COUNT_COLUMNS})
  VALUES ($1, $2, $3, $4, '{}', $5, $6, 1, $7, $8, $9, $10)`;

const SELECT_RESPONSES = `
    SELECT responses.conversation_id, responses.id, responses.created_at, responses.status,
      responses.first_output, responses.end_position, responses.data, responses.rest,
      conversations.is_hidden, conversations.next_position
    FROM responses
    JOIN conversations
      ON conversations.tenant = responses.tenant AND conversations.id = responses.conversation_id`;

/** Selects the response `$2` of any conversation that matches the access condition. */
export function selectResponse(where: string): string {
  return `${SELECT_RESPONSES}
    WHERE responses.tenant = $1 AND responses.id = $2 AND ${where}`;
}

/** A page of at most `$3` responses of a conversation; `cursor` is the parameter with the id that it goes on from. */
function responsesPage(order: Order, cursor?: string): Statement {
  const [beyond, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const rest =
    cursor === undefined
      ? ''
      : `AND (responses.created_at, responses.id) ${beyond} (
        (SELECT created_at FROM responses WHERE tenant = $1 AND conversation_id = $2 AND id = ${cursor}), ${cursor})`;
  return (where) => `${SELECT_RESPONSES}
    WHERE responses.tenant = $1 AND responses.conversation_id = $2
      AND conversations.tenant = $1 AND conversations.id = $2 AND ${where} ${rest}
    ORDER BY responses.created_at ${direction}, responses.id ${direction}
    LIMIT CAST($3 AS BIGINT)`;
}

/** Pages of the responses of a conversation, from the first one or from `$4` on. */
export const RESPONSE_PAGES = {
  asc: { first: responsesPage('asc'), after: responsesPage('asc', '$4') },
  desc: { first: responsesPage('desc'), after: responsesPage('desc', '$4') },
} as const;

/** Selects the basis of a page. No row: the conversation is absent. A null id: response `$3` is. */
export function selectBasisOfPage(where: string): string {
  return `
    SELECT (SELECT id FROM responses WHERE tenant = $1 AND conversation_id = $2 AND id = $3) AS id
    FROM conversations
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}`;
}

export function deleteResponse(where: string): string {
  return `
    DELETE FROM responses
    WHERE tenant = $1 AND conversation_id = $2 AND id = $3
      AND EXISTS (SELECT 1 FROM conversations WHERE tenant = $1 AND id = $2 AND ${where})
    RETURNING id`;
}

/** Keeps response `$3`, before it is deleted, if a hold is on its conversation. */
export function keepResponse(where: string, syntax: SqlSyntax): string {
  return keepResponses(`responses.id = $3 AND ${where}`, syntax);
}

/** No response is being made in the conversation in the background. */
const NONE_IN_BACKGROUND = `NOT EXISTS (
      SELECT 1 FROM background_responses WHERE tenant = $1 AND conversation_id = $2)`;

/** Deletes the events of response `$3`, which is gone. */
export const DELETE_EVENTS = `
  DELETE FROM response_events
  WHERE tenant = $1 AND conversation_id = $2 AND response_id = $3 AND NOT ${hasResponse('$3')}`;

const WITHOUT_RESPONSE = `
    tenant = $1 AND id = $2 AND is_hidden = 1
    AND NOT EXISTS (SELECT 1 FROM responses WHERE tenant = $1 AND conversation_id = $2)
    AND ${NONE_IN_BACKGROUND}`;

/** Deletes a hidden conversation that has no response left, and is under no hold. */
export const DELETE_WITHOUT_RESPONSE = `
  DELETE FROM conversations WHERE ${WITHOUT_RESPONSE} AND NOT ${IS_HELD}`;

/** Ends a hidden conversation that has no response left, and that a hold keeps. */
export function endWithoutResponse({ now }: SqlSyntax): string {
  return `
    UPDATE conversations SET deleted_at = ${now}, purge_at = ${now}, revision = revision + 1
    WHERE ${WITHOUT_RESPONSE} AND deleted_at IS NULL`;
}

const AFTER_LAST_RESPONSE = `position >= (
      SELECT max(end_position) FROM responses WHERE tenant = $1 AND conversation_id = $2)`;

/** Takes the items that {@link DELETE_ITEMS_WITHOUT_RESPONSE} deletes off the counts. */
export const UNCOUNT_ITEMS_WITHOUT_RESPONSE = shrunk(
  AFTER_LAST_RESPONSE,
  `is_hidden = 1 AND ${NONE_IN_BACKGROUND}`,
);

/** The condition on the items of a hidden conversation that come after the context of its last response. */
const ITEMS_WITHOUT_RESPONSE = `${AFTER_LAST_RESPONSE}
    AND EXISTS (SELECT 1 FROM conversations WHERE tenant = $1 AND id = $2 AND is_hidden = 1)
    AND ${NONE_IN_BACKGROUND}`;

/** Keeps those items, before they are deleted, if a hold is on the conversation. */
export function keepItemsWithoutResponse(syntax: SqlSyntax): string {
  return keepItems(ITEMS_WITHOUT_RESPONSE, syntax);
}

export const DELETE_ITEMS_WITHOUT_RESPONSE = `
  DELETE FROM items
  WHERE tenant = $1 AND conversation_id = $2 AND ${ITEMS_WITHOUT_RESPONSE}`;
