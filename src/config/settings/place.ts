import { OperatorError, type OperatorCode } from '../../base/errors/operator-error.ts';

/** The place of a setting or of a section, for messages about values that contradict each other. */
export class Place {
  /** Text for messages, such as `--port`, or `auth.jwt, line 3 of colloquy.yaml`. */
  readonly origin: string;
  /** `false` when the value is a default. */
  readonly isGiven: boolean;
  readonly #inner: ReadonlyMap<string, Place>;

  constructor(origin: string, isGiven: boolean, inner: ReadonlyMap<string, Place> = new Map()) {
    this.origin = origin;
    this.isGiven = isGiven;
    this.#inner = inner;
  }

  /** Returns the place of an entry by its key in the table. */
  at(key: string): Place {
    const place = this.#inner.get(key);
    if (place === undefined) throw new Error(`no entry ${key} at ${this.origin}`);
    return place;
  }

  invalid(problem: string, fix: string, code: OperatorCode = 'invalid_setting'): OperatorError {
    return new OperatorError(code, `${this.origin}: ${problem}.`, fix);
  }
}
