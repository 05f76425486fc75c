/** Recording changes, in the transaction that makes them. */

import {
  keyOf,
  type FilteredStatements,
  type Statement,
} from '../conversations/access-condition.ts';
import type { ConversationKey, ConversationRef, ItemRef } from '../conversations/port.ts';
import type { RoundTrips, Write } from '../engine/driver.ts';
import type { Query, Value } from '../engine/query.ts';
import { CHANGES, columnList } from '../tables.ts';
import type { RecordedChange } from './port.ts';

const COLUMNS = columnList(CHANGES);

/** An import may bring back a conversation of which changes are still there. */
const REPLACE = `
    ON CONFLICT (tenant, conversation_id, revision) DO UPDATE SET ${Object.keys(CHANGES.columns)
      .filter((name) => !(CHANGES.primaryKey as readonly string[]).includes(name))
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}`;

/** Inserts change `$3` of a conversation as its next revision, about position `$4`, and locks the conversation. */
const RECORD: Statement = (where, { now, lockRows }) => `
    INSERT INTO changes AS added (${COLUMNS})
    SELECT tenant, id, revision + 1, next_position, $3, NULL, CAST($4 AS BIGINT), owner, attributes, ${now}
    FROM conversations
    WHERE tenant = $1 AND id = $2 AND ${where}
    ${lockRows}${REPLACE}`;

/** Inserts the deletion of item `$3` as the next revision of its conversation, and locks both. */
const RECORD_ITEM_DELETION: Statement = (where, { now, lockRows }) => `
    INSERT INTO changes AS added (${COLUMNS})
    SELECT conversations.tenant, conversations.id, conversations.revision + 1, conversations.next_position,
      'conversation.item.deleted', items.id, items.position, NULL, NULL, ${now}
    FROM conversations
    JOIN items ON items.tenant = conversations.tenant AND items.conversation_id = conversations.id
    WHERE conversations.tenant = $1 AND conversations.id = $2 AND ${where}
      AND items.tenant = $1 AND items.conversation_id = $2 AND items.id = $3
    ${lockRows}${REPLACE}`;

/**
 * Condition on a conversation's row that its next revision is recorded. What is recorded before a statement with this
 * condition and what the statement does then agree: the recording locks the row, and without it the statement finds
 * nothing.
 */
const IS_RECORDED = `EXISTS (
      SELECT 1 FROM changes
      WHERE changes.tenant = $1 AND changes.conversation_id = $2 AND changes.revision = conversations.revision + 1)`;

/** Condition on a conversation's row that its end is an event: readers have not seen it end before. */
const IS_SEEN = 'conversations.deleted_at IS NULL AND conversations.is_hidden <> 1';

/** Deletes the other changes of a conversation that is gone. */
const FORGET = `
  DELETE FROM changes
  WHERE tenant = $1 AND conversation_id = $2 AND type <> 'conversation.deleted'
    AND NOT EXISTS (SELECT 1 FROM conversations WHERE tenant = $1 AND id = $2)`;

/** Deletes the record of the next revision of a conversation. */
const RETRACT = `
  DELETE FROM changes
  WHERE tenant = $1 AND conversation_id = $2 AND EXISTS (
    SELECT 1 FROM conversations
    WHERE tenant = $1 AND id = $2 AND deleted_at IS NULL AND conversations.revision + 1 = changes.revision)`;

type ConversationChange = Exclude<RecordedChange, 'conversation.item.deleted'>;

/** Makes the statements by which writes record their changes; none where a server has no feed. */
export class Recording {
  readonly #statements: FilteredStatements;
  readonly #isOn: boolean;
  readonly #guarded = new Map<Statement, Statement>();

  constructor(
    statements: FilteredStatements,
    { recordsChanges }: { readonly recordsChanges: boolean },
  ) {
    this.#statements = statements;
    this.#isOn = recordsChanges;
  }

  /**
   * Records a change of the conversation, before the guarded statement that makes it and adds 1 to the revision.
   * `position` is the first one that a rewind removes.
   */
  change(
    type: ConversationChange,
    ref: ConversationRef,
    position: number | null = null,
  ): readonly Query[] {
    return this.#record(RECORD, ref, type, position);
  }

  /** Records the deletion of an item, before the statement that deletes it, when the conversation is locked. */
  itemDeletion(ref: ItemRef): readonly Query[] {
    return this.#record(RECORD_ITEM_DELETION, ref, ref.itemId);
  }

  /** Returns a statement that changes a conversation only after this was recorded. */
  guarded(statement: Statement): Statement {
    if (!this.#isOn) return statement;
    const known = this.#guarded.get(statement);
    if (known !== undefined) return known;
    const guarded: Statement = (where, syntax) => statement(`${where} AND ${IS_RECORDED}`, syntax);
    this.#guarded.set(statement, guarded);
    return guarded;
  }

  /**
   * Records the end of a conversation that has not been deleted before, if it meets a condition, before the statement
   * that ends it under {@link isEndRecorded}. `parameters` are those of the condition, from `$5` on.
   */
  end(
    key: ConversationKey,
    condition: string,
    parameters: readonly Value[] = [],
  ): readonly Query[] {
    if (!this.#isOn) return [];
    const sql = RECORD(`${IS_SEEN} AND ${condition}`, this.#statements.syntax);
    return [{ sql, parameters: [...keyOf(key), 'conversation.deleted', null, ...parameters] }];
  }

  /** The condition of a conversation's end that it is recorded, where there is something to record. */
  get isEndRecorded(): string {
    return this.#isOn ? `CASE WHEN ${IS_SEEN} THEN ${IS_RECORDED} ELSE TRUE END` : 'TRUE';
  }

  /** In one trip: takes back the record of an end to which a hold came in between. */
  retract(key: ConversationKey): readonly Query[] {
    return this.#isOn ? [{ sql: RETRACT, parameters: keyOf(key) }] : [];
  }

  /** Deletes what was recorded of a conversation, after its deletion, but for that. */
  forget(ref: ConversationKey): readonly Query[] {
    return this.#isOn ? [{ sql: FORGET, parameters: keyOf(ref) }] : [];
  }

  #record(
    statement: Statement,
    ref: ConversationRef,
    ...parameters: readonly Value[]
  ): readonly Query[] {
    return this.#isOn
      ? [this.#statements.query(statement, [...keyOf(ref), ...parameters], ref.access)]
      : [];
  }
}

/** Runs statements before those of a write, in its transaction and on its first trip. */
export function recorded<Result>(write: Write<Result>, first: readonly Query[]): Write<Result> {
  if (first.length === 0) return write;
  return {
    ...write,
    inSteps: (steps) => {
      for (const query of first) steps.run(query);
      return write.inSteps(steps);
    },
    inRoundTrips: (trips) => {
      let rest = first;
      const taking =
        (send: RoundTrips['send']): RoundTrips['send'] =>
        async (...queries) => {
          const before = rest;
          rest = [];
          const results = await send(...before, ...queries);
          return results.slice(before.length);
        };
      return write.inRoundTrips({
        send: taking((...queries) => trips.send(...queries)),
        finish: taking((...queries) => trips.finish(...queries)),
      });
    },
  };
}
