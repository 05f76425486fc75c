import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
} from 'jose';
import type { JwtOptions } from '../../options/authentication.ts';
import { discover } from './discovery.ts';

type KeySet = ReturnType<typeof createRemoteJWKSet>;
type Key = Awaited<ReturnType<KeySet>>;

const MS_PER_SECOND = 1000;
const FETCH_TIMEOUT_MS = 5_000;
/** Longest time during which keys that an issuer has withdrawn are still accepted, while the issuer can be reached. */
const LONGEST_AGE_MS = 600_000;

/**
 * The public keys of an issuer. They are fetched when first needed, for an unknown key id, and when they are old.
 * Concurrent requests share one fetch, and the next one waits for the cooldown. Time is measured by a monotonic clock,
 * since the system's clock may step.
 */
export class IssuerKeys {
  readonly #options: JwtOptions;
  readonly #onLookup: (isHit: boolean) => void;
  #set: Promise<KeySet> | undefined;
  #fetched: KeySet | undefined;
  #fetchedAt = -Infinity;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(options: JwtOptions, onLookup: (isHit: boolean) => void) {
    this.#options = options;
    this.#onLookup = onLookup;
  }

  /**
   * Returns the key for a token's header. Rejects with jose's errors when the token is at fault, with other errors when
   * the issuer is.
   */
  readonly find = async (header: JWTHeaderParameters, token: FlattenedJWSInput): Promise<Key> => {
    const known = this.#fetched?.jwks()?.keys ?? [];
    this.#onLookup(known.some(({ kid }) => kid === header.kid));
    if (this.#failure !== undefined && this.#failure.until > performance.now()) {
      return this.#amongKnown(header, token, this.#failure.error);
    }
    let set: KeySet;
    try {
      set = await this.#noOlderThan(LONGEST_AGE_MS);
    } catch (error) {
      return this.#amongKnown(header, token, error);
    }
    return set(header, token).catch(async (error: unknown) => {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await this.#noOlderThan(this.#cooldown()))(header, token);
    });
  };

  /** Only what fails here is the issuer's failure; what a set makes of a token is the token's. */
  async #noOlderThan(ms: number): Promise<KeySet> {
    try {
      this.#set ??= this.#locate();
      const set = await this.#set;
      if (performance.now() - this.#fetchedAt >= ms) {
        await set.reload();
        this.#fetched = set;
        this.#fetchedAt = performance.now();
      }
      return set;
    } catch (error) {
      this.#set = this.#fetched === undefined ? undefined : this.#set;
      this.#failure = { error, until: performance.now() + this.#cooldown() };
      throw error;
    }
  }

  /** While the issuer cannot be reached, known keys stay valid; new ones cannot be learnt. */
  async #amongKnown(
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
    failure: unknown,
  ): Promise<Key> {
    const known = this.#fetched?.jwks();
    if (known === undefined) throw failure;
    return createLocalJWKSet(known)(header, token).catch((error: unknown) => {
      throw error instanceof errors.JWKSNoMatchingKey ? failure : error;
    });
  }

  #cooldown(): number {
    return this.#options.keysCooldownSeconds * MS_PER_SECOND;
  }

  async #locate(): Promise<KeySet> {
    const url = this.#options.jwksUrl ?? (await keysAddress(this.#options.issuer));
    return createRemoteJWKSet(new URL(url), {
      // This class has its own cooldown, by a monotonic clock.
      cooldownDuration: Infinity,
      cacheMaxAge: Infinity,
      timeoutDuration: FETCH_TIMEOUT_MS,
    });
  }
}

/** Fetches the address of an issuer's keys. */
async function keysAddress(issuer: string): Promise<string> {
  const { jwks_uri: address } = await discover(issuer);
  if (address === undefined) throw new Error(`the configuration of ${issuer} names no jwks_uri`);
  return String(address);
}
