/**
 * The archive as text: a JSON value a line. The first names the format, the last counts what stood between, and
 * items follow their conversation.
 */

import { isPlainText, isUsableName } from '../../access/principal.ts';
import { isJsonObject, type JsonObject } from '../../base/json-object.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { ATTRIBUTE_NAMES, type Attributes } from '../../base/row-filter.ts';
import type { ArchiveRecord } from '../../store/store.ts';

const VERSION = 1;

/** Names the tenant, if the archive is of one alone. */
export function firstLine(tenant: string | undefined): string {
  return JSON.stringify({ colloquy_archive: VERSION, tenant });
}

/** How many records of each kind. */
export type Counts = Record<ArchiveRecord['kind'], number>;

export function noCounts(): Counts {
  return { key: 0, conversation: 0, item: 0 };
}

export function lastLine({ key, conversation, item }: Counts): string {
  return JSON.stringify({ end: { api_keys: key, conversations: conversation, items: item } });
}

/** `data`, `metadata` and `attributes` are the stored JSON itself, byte for byte. */
export function toLine(record: ArchiveRecord): string {
  switch (record.kind) {
    case 'key':
      return JSON.stringify({
        api_key: {
          id: record.id,
          tenant: record.tenant,
          subject: record.subject,
          attributes: record.attributes,
          hash: record.hash,
          created_at_ms: record.createdAt,
          expires_at_ms: record.expiresAt,
          revoked_at_ms: record.revokedAt,
          last_used_at_ms: record.lastUsedAt,
        },
      });
    case 'conversation': {
      const { tenant, id, owner, createdAt, nextPosition, attributes, metadata } = record;
      const head = { tenant, id, owner, created_at_ms: createdAt, next_position: nextPosition };
      return `{"conversation":${open(head)},"attributes":${JSON.stringify(attributes)},"metadata":${metadata}}}`;
    }
    case 'item': {
      const { tenant, conversationId, position, id, type, createdAt, data } = record;
      const head = { tenant, conversation_id: conversationId, position, id, type };
      return `{"item":${open({ ...head, created_at_ms: createdAt })},"data":${data}}}`;
    }
  }
}

/** An object's JSON without its last bracket. */
function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

export type Line =
  | { readonly kind: 'first'; readonly tenant: string | undefined }
  | { readonly kind: 'record'; readonly record: ArchiveRecord }
  | { readonly kind: 'last'; readonly counts: Counts };

/** Reads a line. Throws an `OperatorError` that names `number`, the line's own. */
export function parseLine(text: string, number: number): Line {
  const line = new Fields(parse(text, number), number);
  if (line.has('colloquy_archive')) {
    if (line.integer('colloquy_archive') === VERSION) {
      return { kind: 'first', tenant: line.has('tenant') ? line.text('tenant') : undefined };
    }
    throw unreadable(number, 'it is of a newer version of the format');
  }
  if (line.has('end')) {
    const end = line.fields('end');
    const counts = {
      key: end.integer('api_keys'),
      conversation: end.integer('conversations'),
      item: end.integer('items'),
    };
    return { kind: 'last', counts };
  }
  return { kind: 'record', record: toRecord(line, number) };
}

function toRecord(line: Fields, number: number): ArchiveRecord {
  if (line.has('item')) {
    const item = line.fields('item');
    return {
      kind: 'item',
      tenant: item.name('tenant'),
      conversationId: item.text('conversation_id'),
      position: item.integer('position'),
      id: item.text('id'),
      type: item.text('type'),
      createdAt: item.integer('created_at_ms'),
      data: item.json('data'),
    };
  }
  if (line.has('conversation')) {
    const conversation = line.fields('conversation');
    return {
      kind: 'conversation',
      tenant: conversation.name('tenant'),
      id: conversation.text('id'),
      owner: conversation.text('owner'),
      createdAt: conversation.integer('created_at_ms'),
      nextPosition: conversation.integer('next_position'),
      attributes: conversation.attributes(),
      metadata: conversation.json('metadata'),
    };
  }
  if (line.has('api_key')) {
    const key = line.fields('api_key');
    return {
      kind: 'key',
      id: key.text('id'),
      tenant: key.name('tenant'),
      subject: key.name('subject'),
      attributes: key.attributes(),
      hash: key.text('hash'),
      createdAt: key.integer('created_at_ms'),
      expiresAt: key.integerOrNull('expires_at_ms'),
      revokedAt: key.integerOrNull('revoked_at_ms'),
      lastUsedAt: key.integerOrNull('last_used_at_ms'),
    };
  }
  throw unreadable(number, 'it is no item, conversation or api_key');
}

/** An object of the archive, read field by field. */
class Fields {
  readonly #values: JsonObject;
  readonly #line: number;

  constructor(value: unknown, line: number) {
    if (!isJsonObject(value)) throw unreadable(line, 'it is no object');
    this.#values = value;
    this.#line = line;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  fields(name: string): Fields {
    return new Fields(this.#values[name], this.#line);
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value === 'string' && isPlainText(value)) return value;
    throw this.#missing(name, 'text without control characters');
  }

  /** A tenant or a subject. */
  name(name: string): string {
    const value = this.text(name);
    if (isUsableName(value)) return value;
    throw this.#missing(name, 'a name of at most 256 characters');
  }

  integer(name: string): number {
    const value = this.#values[name];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#missing(name, 'a whole number');
  }

  integerOrNull(name: string): number | null {
    return this.#values[name] === null ? null : this.integer(name);
  }

  /** A JSON object as text: what was stored is what `JSON.stringify` writes, so reading and writing it changes nothing. */
  json(name: string): string {
    const value = this.#values[name];
    if (isJsonObject(value)) return JSON.stringify(value);
    throw this.#missing(name, 'a JSON object');
  }

  attributes(): Attributes {
    const lists = this.fields('attributes').#values;
    for (const [name, values] of Object.entries(lists)) {
      const isKnown = ATTRIBUTE_NAMES.some((known) => known === name);
      const isListOfNames =
        Array.isArray(values) &&
        values.every((value) => typeof value === 'string' && isUsableName(value));
      if (!isKnown || !isListOfNames) {
        throw this.#missing('attributes', `lists of names under ${ATTRIBUTE_NAMES.join(', ')}`);
      }
    }
    return lists;
  }

  #missing(name: string, expected: string): OperatorError {
    return unreadable(this.#line, `${name} is not ${expected}`);
  }
}

function parse(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(number, 'it is no JSON', error);
  }
}

export function unreadable(number: number, problem: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'unreadable_archive',
    `Line ${number} of the archive cannot be read: ${problem}.`,
    number === 1
      ? 'An archive is what `colloquy export` writes; behind npm that is `npm run --silent colloquy -- export`.'
      : 'Complete the file with `colloquy export --continue FILE`, or export anew. An import keeps what stands in front of that line, and goes on from there.',
    cause,
  );
}
