import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { isJsonObject } from '../src/base/json-object.ts';
import type { Posted } from './model.ts';
import type { Operation } from './operations.ts';
import type { FuzzRequest } from './requests.ts';

/** Meaning of a request, read from its bytes. */
export interface Meaning {
  /** `undefined` when the document has no operation for the request. */
  readonly operation: Operation | undefined;
  readonly conversation: string;
  readonly item: string;
  /** `undefined` when its escapes are broken, so that servers may read it in different ways. */
  readonly query: ReadonlyMap<string, readonly string[]> | undefined;
  /** Parsed body; `undefined` without one. */
  readonly body: unknown;
  /** Whether the body is JSON in UTF-8, or absent. */
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
  const [expected, given] = [template.split('/'), path.split('/')];
  if (expected.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const value = unescaped(given[index] ?? '');
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (value === undefined || (name === undefined && value !== segment)) return undefined;
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

/** Returns the metadata of a body. Nulls count as omitted. */
export function metadataOf(body: unknown): Readonly<Record<string, unknown>> {
  const metadata = isJsonObject(body) ? body['metadata'] : undefined;
  if (!isJsonObject(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

/** Returns the items of a body. */
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

/** Returns whether the served value contains everything that was sent. */
export function isKept(served: unknown, sent: unknown): boolean {
  if (sent === null || sent === served) return true;
  if (Array.isArray(sent)) {
    return (
      Array.isArray(served) &&
      served.length === sent.length &&
      sent.every((value, index) => isKept(served[index], value))
    );
  }
  if (isJsonObject(sent)) {
    return (
      isJsonObject(served) &&
      Object.entries(sent).every(
        ([name, value]) =>
          value === null || isKept(Object.getOwnPropertyDescriptor(served, name)?.value, value),
      )
    );
  }
  // Text becomes the only content part of a message.
  if (typeof sent !== 'string' || !Array.isArray(served) || served.length !== 1) return false;
  const [part] = served;
  return isJsonObject(part) && part['text'] === sent;
}
