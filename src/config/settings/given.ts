import { OperatorError } from '../../base/errors/operator-error.ts';

const TEXT = 'TEXT';
const EXACT_TEXT = '"TEXT", in quotes';

interface GivenValue {
  readonly value: unknown;
  /** Name of the setting in its source: `--port`, `COLLOQUY_PORT`, `port`. */
  readonly name: string;
  /** Place of the value for messages: `--port`, or `port, line 3 of colloquy.yaml`. */
  readonly origin: string;
  readonly isSecret: boolean;
}

/** A value from a source. Messages about it are made here, so that none repeats a secret. */
export class Given {
  readonly origin: string;
  readonly #given: GivenValue;

  constructor(given: GivenValue) {
    this.#given = given;
    this.origin = given.origin;
  }

  get isEmpty(): boolean {
    return this.#given.value === '';
  }

  /** Returns a text, and a number or a truth value as text. Throws an `OperatorError` for anything else. */
  text(): string {
    const { value } = this.#given;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#notText(TEXT);
  }

  /** Returns a text that is not empty and that YAML has not read as a number or a truth value. */
  exactText(): string {
    const { value } = this.#given;
    if (typeof value === 'string' && value !== '') return value;
    throw this.#notText(EXACT_TEXT);
  }

  /** Returns the entries of a list. A text is a list of one entry; a separator splits it into several. */
  entries(separator?: string): readonly Given[] {
    const { value } = this.#given;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const split = list.flatMap((entry) =>
      separator === undefined || typeof entry !== 'string'
        ? [entry]
        : entry.split(separator).flatMap((text) => text.trim() || []),
    );
    return split.map((entry) => new Given({ ...this.#given, value: entry }));
  }

  /** Returns the error for a value that does not fit; `expected` completes "is not …". */
  invalid(expected: string): OperatorError {
    const { name, origin, isSecret, value } = this.#given;
    const isShown = !isSecret && ['string', 'number', 'boolean'].includes(typeof value);
    return new OperatorError(
      'invalid_setting',
      `${origin} is ${isShown ? `'${String(value)}', which is ` : ''}not ${expected}.`,
      `Give ${name} ${expected}.`,
    );
  }

  #notText(form: string): OperatorError {
    const { name, origin } = this.#given;
    return new OperatorError(
      'invalid_setting',
      `${origin} is ${this.isEmpty ? 'empty' : 'not text'}.`,
      `Write ${name}: ${form}.`,
    );
  }
}
