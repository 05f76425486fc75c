import { hash, randomBytes } from 'node:crypto';
import type { Attributes } from '../../base/row-filter.ts';
import { principalOf, type Principal } from '../principal.ts';
import {
  bearerToken,
  failure,
  NOT_MINE,
  type Credentials,
  type Outcome,
  type Scheme,
} from './scheme.ts';

/** The fields of a stored key that authentication needs: its principal and its end. */
interface StoredKey {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly attributes: Attributes;
  /** Unix milliseconds; null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface KeyLookup {
  /** Finds a key by its SHA-256 in hex. */
  find(hash: string): Promise<StoredKey | null>;
  /** Notes that a key has been used. */
  touch(input: { readonly id: string; readonly usedAt: number }): Promise<void>;
}

const PREFIX = 'clq_';
const SECRET_BYTES = 32;
/** Length in base64url, without padding. */
const KEY_LENGTH = PREFIX.length + Math.ceil((SECRET_BYTES * 8) / 6);
/** Less than a second: a revoked key must stop working everywhere within that time. */
const CACHED_FOR_MS = 500;
const MOST_CACHED = 10_000;
const TOUCHED_EVERY_MS = 60_000;

/** A new key: `clq_` and 256 random bits. It is shown once; only its hash is kept. */
export function newApiKey(): { readonly key: string; readonly hash: string } {
  const key = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  return { key, hash: hashOf(key) };
}

function hashOf(key: string): string {
  return hash('sha256', key);
}

/** The result of looking a token up; null when it is not a key. */
type Known = { readonly key: StoredKey; readonly principal: Principal } | null;

/** `Authorization: Bearer clq_…`, looked up by hash in the database. */
export class ApiKeyScheme implements Scheme {
  readonly name = 'keys';
  readonly #keys: KeyLookup;
  readonly #onLookup: (isHit: boolean) => void;
  /** Results by token, all dropped at the same time. */
  readonly #known = new Map<string, Known>();
  #forgetAt = 0;
  readonly #touched = new Map<string, number>();

  constructor(keys: KeyLookup, onLookup: (isHit: boolean) => void = () => undefined) {
    this.#keys = keys;
    this.#onLookup = onLookup;
  }

  authenticate(credentials: Credentials): Outcome | Promise<Outcome> {
    const token = bearerToken(credentials);
    if (token === undefined || !token.startsWith(PREFIX)) return NOT_MINE;
    if (token.length !== KEY_LENGTH) return failure('unknown key');
    // Not the clock on the wall: when that steps back, what is known must not last longer.
    const now = performance.now();
    if (now >= this.#forgetAt || this.#known.size >= MOST_CACHED) {
      this.#known.clear();
      this.#forgetAt = now + CACHED_FOR_MS;
    }
    const known = this.#known.get(token);
    this.#onLookup(known !== undefined);
    return known === undefined ? this.#lookUp(token) : this.#judge(known);
  }

  async #lookUp(token: string): Promise<Outcome> {
    const forgetAt = this.#forgetAt;
    // Found by its hash, which makes a comparison redundant.
    const key = await this.#keys.find(hashOf(token));
    const known = key === null ? null : { key, principal: principalOfKey(key) };
    // What was looked up before all was forgotten may be old already.
    if (this.#forgetAt === forgetAt) this.#known.set(token, known);
    return this.#judge(known);
  }

  #judge(known: Known): Outcome {
    if (known === null) return failure('unknown key');
    const { key, principal } = known;
    if (key.revokedAt !== null) return failure(`key ${key.id} is revoked`);
    if (key.expiresAt !== null && key.expiresAt <= Date.now()) {
      return failure(`key ${key.id} has expired`);
    }
    this.#touch(key.id);
    return { kind: 'success', principal };
  }

  #touch(id: string): void {
    const now = performance.now();
    if (now - (this.#touched.get(id) ?? -Infinity) < TOUCHED_EVERY_MS) return;
    if (this.#touched.size >= MOST_CACHED) this.#touched.clear();
    this.#touched.set(id, now);
    // Not awaited: a request must not fail when the time of use cannot be written.
    this.#keys.touch({ id, usedAt: Date.now() }).catch(() => undefined);
  }
}

function principalOfKey({ tenant, subject, attributes, expiresAt }: StoredKey): Principal {
  const end = expiresAt === null ? {} : { expiresAt };
  return principalOf(tenant, subject, attributes, { scheme: 'keys', ...end });
}
