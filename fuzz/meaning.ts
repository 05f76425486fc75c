import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';
import { isJsonObject } from '../src/base/json-object.ts';
import { postedItem, type Posted, type Rules } from './item-rules.ts';
import type { Operation } from './operations.ts';
import type { FuzzRequest } from './requests.ts';

/** Meaning of a request, read from its bytes. */
export interface Meaning {
  /** `undefined` when the document has no operation for the request. */
  readonly operation: Operation | undefined;
  /** Methods of the path, as the header Allow lists them; empty when the document has no such path. */
  readonly allowed: readonly string[];
  readonly conversation: string;
  readonly item: string;
  /** `undefined` when its escapes are broken, so that servers may read it in different ways. */
  readonly query: ReadonlyMap<string, readonly string[]> | undefined;
  /** Parsed body; `undefined` without one. */
  readonly body: unknown;
  /** Whether the body is JSON in UTF-8, or absent. */
  readonly isReadable: boolean;
}

const ALLOWED = [
  ['GET', 'GET'],
  ['HEAD', 'GET'],
  ['POST', 'POST'],
  ['DELETE', 'DELETE'],
] as const;

export function meaningOf(request: FuzzRequest, operations: readonly Operation[]): Meaning {
  const [, path = '', search = ''] =
    /^(?:[a-z]+:\/\/[^/]*)?([^?#]*)\??([^#]*)/.exec(request.target) ?? [];
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const served = servedPath(path);
  const onPath = operations.flatMap((operation) => {
    const values = match(operation.template, served);
    return values === undefined ? [] : [{ operation, values }];
  });
  const found = onPath.find(({ operation }) => operation.method === method);
  const methods = new Set(onPath.map(({ operation }) => operation.method));
  return {
    operation: found?.operation,
    allowed: ALLOWED.flatMap(([allowed, needed]) => (methods.has(needed) ? [allowed] : [])),
    conversation: found?.values.get('conversation_id') ?? '',
    item: found?.values.get('item_id') ?? '',
    query: found === undefined ? undefined : readQuery(search, found.operation),
    ...(found === undefined ? { body: undefined, isReadable: false } : readBody(request.body)),
  };
}

/** Returns a path without Azure's base and without a slash at the end. */
function servedPath(path: string): string {
  return path.replace(/^\/openai(\/v1)?(?=\/)/, '/v1').replace(/(?<=.)\/$/, '');
}

function match(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const [expected, given] = [template.split('/'), path.split('/')];
  if (expected.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const value = unescaped(given[index] ?? '');
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (value === undefined || (name === undefined && value !== segment)) return undefined;
    if (name === undefined) continue;
    if (value === '') return undefined;
    values.set(name, value);
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

/** Reads a query without Azure's version, and without parameters that are sent empty, which count as absent unless they need a character. */
function readQuery(
  search: string,
  { parameters }: Operation,
): ReadonlyMap<string, readonly string[]> | undefined {
  if (unescaped(search) === undefined) return undefined;
  const names = new Set(
    parameters.filter(({ schema }) => (schema.minLength ?? 0) === 0).map(({ name }) => name),
  );
  const pairs = Object.entries(parse(search, '&', '=', { maxKeys: 0 })).filter(
    ([name, value]) => name !== 'api-version' && !(value === '' && names.has(name)),
  );
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
export function postedOf(body: unknown, rules: Rules): readonly Posted[] {
  const items = isJsonObject(body) ? body['items'] : undefined;
  return Array.isArray(items) ? items.map((item) => postedItem(item, rules)) : [];
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
