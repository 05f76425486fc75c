import type { Driver, Write } from '../engine/driver.ts';
import { findKey } from './find-key.ts';
import type { NewKey, UsedKey } from './port.ts';
import { KeyNotHeld, NothingUnderKey, underNewKey, type KeyedWrite } from './under-key.ts';

/** A write that a client may repeat. */
export interface RepeatableParams {
  /** The key under which the outcome is kept; left out for none. */
  readonly key?: NewKey | undefined;
}

/** The key is in use: nothing was stored. */
export interface KeyInUse {
  readonly refused: 'key_used';
  readonly used: UsedKey;
}

type KeyedParams<Result> = RepeatableParams & Omit<KeyedWrite<Result>, 'key'>;

/** Runs writes, each under its key if it has one. A result of null has stored nothing. */
export class KeyedWrites {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async write<Result extends object | null>(
    { key, ...outcome }: KeyedParams<Result>,
    write: Write<Result>,
  ): Promise<Result | KeyInUse> {
    if (key === undefined) return this.#driver.write(write);
    const keyed = underNewKey(write, { key, ...outcome }, this.#driver.syntax);
    for (;;) {
      try {
        return await this.#driver.write(keyed);
      } catch (error) {
        // Sound: it is thrown for a result of null.
        if (error instanceof NothingUnderKey) return null as Result;
        if (!(error instanceof KeyNotHeld)) throw error;
      }
      const inUse = await this.inUse({ key });
      // The key may have become free between the two.
      if (inUse !== undefined) return inUse;
    }
  }

  /** Returns the refusal of a key that is in use; `undefined` for one that is free, and without a key. */
  async inUse({ key }: RepeatableParams): Promise<KeyInUse | undefined> {
    const used = key === undefined ? null : await findKey(this.#driver, key);
    return used === null ? undefined : { refused: 'key_used', used };
  }
}
