import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { isJsonObject } from '../src/base/json-object.ts';
import type { Posted } from './model.ts';
import type { Operation } from './operations.ts';
import type { FuzzRequest } from './requests.ts';

/** What a request asks for, read from what is sent. */
export interface Meaning {
  /** Undefined: nothing that the document knows. */
  readonly operation: Operation | undefined;
  readonly conversation: string;
  readonly item: string;
  /** Undefined where its escapes are broken, so that it could be read in several ways. */
  readonly query: ReadonlyMap<string, readonly string[]> | undefined;
  /** Undefined where there is none. */
  readonly body: unknown;
  /** Whether the body is JSON in UTF-8, or there is none. */
  readonly isReadable: boolean;
}

export function meaningOf(request: FuzzRequest, operations: readonly Operation[]): Meaning {
  const [, path = '', search = ''] =
    /^(?:[a-z]+:\/\/[^/]*)?([^?#]*)\??([^#]*)/.exec(request.target) ?? [];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  for (const operation of operations) {
    const found = operation.method === method ? match(operation.template, path) : undefined;
    if (found === undefined) continue;
    return {
      operation,
      conversation: found.get('conversation_id') ?? '',
      item: found.get('item_id') ?? '',
      query: readQuery(search),
      ...readBody(request.body),
    };
  }
  return {
    operation: undefined,
    conversation: '',
    item: '',
    query: undefined,
    body: undefined,
    isReadable: false,
  };
}

function match(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const [wanted, given] = [template.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, part] of wanted.entries()) {
    const value = unescaped(given[index] ?? '');
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (value === undefined || (name === undefined && value !== part)) return undefined;
    if (name !== undefined) values.set(name, value);
  }
  return values;
}

function unescaped(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function readQuery(search: string): ReadonlyMap<string, readonly string[]> | undefined {
  if (unescaped(search) === undefined) return undefined;
  const pairs = Object.entries(parse(search, '&', '=', { maxKeys: 0 }));
  return new Map(pairs.map(([name, value]) => [name, [value ?? ''].flat()]));
}

function readBody(body: Buffer | undefined): Pick<Meaning, 'body' | 'isReadable'> {
  if (body === undefined || body.length === 0) return { body: undefined, isReadable: true };
  try {
    return { body: JSON.parse(body.toString()), isReadable: isUtf8(body) };
  } catch {
    return { body: undefined, isReadable: false };
  }
}

/** The metadata that a body gives; nulls count as left out. */
export function metadataOf(body: unknown): Readonly<Record<string, unknown>> {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined;
  if (!isJsonObject(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

/** The items that a body gives. */
export function postedOf(body: unknown): readonly Posted[] {
  const items = isJsonObject(body) ? body['items'] : undefined;
  return Array.isArray(items) ? items.map(posted) : [];
}

function posted(value: unknown): Posted {
  if (!isJsonObject(value)) return { id: undefined, value };
  const { id, type = null } = value;
  const known = typeof id === 'string' ? id : undefined;
  const isAlone = Object.keys(value).every((name) => name === 'id' || name === 'type');
  const isReference =
    type === 'item_reference' || (type === null && isAlone && known !== undefined);
  return { id: known, value: isReference ? undefined : value };
}

/** Whether everything that was sent stands in what is served, which may have more. */
export function keeps(served: unknown, sent: unknown): boolean {
  if (sent === null || sent === served) return true;
  if (Array.isArray(sent)) {
    return (
      Array.isArray(served) &&
      served.length === sent.length &&
      sent.every((value, index) => keeps(served[index], value))
    );
  }
  if (isJsonObject(sent)) {
    return (
      isJsonObject(served) &&
      Object.entries(sent).every(
        ([name, value]) =>
          value === null || keeps(Object.getOwnPropertyDescriptor(served, name)?.value, value),
      )
    );
  }
  // Text becomes the one part of a message.
  if (typeof sent !== 'string' || !Array.isArray(served) || served.length !== 1) return false;
  const [part] = served;
  return isJsonObject(part) && part['text'] === sent;
}
