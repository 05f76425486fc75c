import { isIP } from 'node:net';
import { unixSocketPath } from '../../base/unix-socket.ts';
import type { Parser } from './entry.ts';

/** Makes a parser of texts; `read` returns `undefined` for a text that does not fit. */
export function parser<Value>(
  expected: string,
  examples: readonly string[],
  read: (text: string) => Value | undefined,
): Parser<Value> {
  return {
    expected,
    examples,
    parse: (given) => {
      const value = read(given.text());
      if (value === undefined) throw given.invalid(expected);
      return value;
    },
  };
}

export const text: Parser<string> = {
  expected: 'text',
  examples: ['some', 'other'],
  parse: (given) => given.text(),
};

/** Parser of texts that must be texts in the config file too: YAML may have altered a number. */
export const exactText: Parser<string> = {
  expected: 'text',
  examples: ['some', 'other'],
  parse: (given) => given.exactText(),
};

/** Makes a parser that returns `undefined` for an empty text. */
export function orNone<Value>(inner: Parser<Value>): Parser<Value | undefined> {
  return {
    ...inner,
    parse: (given, environment) => (given.isEmpty ? undefined : inner.parse(given, environment)),
  };
}

export function wholeNumber(least: number, most: number): Parser<number> {
  return parser(
    `a whole number from ${least} to ${most}`,
    [String(least), String(most)],
    (given) => {
      const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  );
}

const MS_PER_SECOND = 1000;

/** Makes a parser of whole seconds that returns milliseconds. */
export function secondsAsMs(least: number, most: number): Parser<number> {
  const seconds = wholeNumber(least, most);
  return {
    ...seconds,
    parse: (given, environment) => seconds.parse(given, environment) * MS_PER_SECOND,
  };
}

const YES_AND_NO: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  off: false,
  false: false,
};

/** Parser of every switch. YAML and programs have `true` and `false` for `on` and `off`. */
export const onOff: Parser<boolean> = {
  ...parser('on or off', ['on', 'off', 'true', 'false'], yesOrNo),
  isSwitch: true,
};

/** Returns the truth value of a text; `undefined` when it is not one. */
export function yesOrNo(given: string): boolean | undefined {
  return Object.hasOwn(YES_AND_NO, given) ? YES_AND_NO[given] : undefined;
}

export function choice<const Choice extends string>(choices: readonly Choice[]): Parser<Choice> {
  return {
    ...parser(`one of ${choices.join(', ')}`, choices, (given) =>
      choices.find((candidate) => candidate === given),
    ),
    choices,
  };
}

/** Makes a parser of lists: a YAML list, or a text with commas. */
export function list<Value>(inner: Parser<Value>): Parser<readonly Value[]> {
  return { ...inner, parse: parseEach(inner, ',') };
}

/** Makes a parser of lists that does not split texts at commas. */
export function unsplitList<Value>(inner: Parser<Value>): Parser<readonly Value[]> {
  return { ...inner, parse: parseEach(inner) };
}

function parseEach<Value>(
  inner: Parser<Value>,
  separator?: string,
): Parser<readonly Value[]>['parse'] {
  return (given, environment) =>
    given.entries(separator).map((entry) => inner.parse(entry, environment));
}

export const url = urlParser('a URL such as https://HOST/PATH', /:$/);
export const httpUrl = urlParser('a URL that begins with http:// or https://', /^https?:$/);

function urlParser(expected: string, scheme: RegExp): Parser<string> {
  return {
    expected,
    examples: ['https://one.example/a', 'https://two.example'],
    parse: (given) => {
      const exact = given.exactText();
      const isFitting = URL.canParse(exact) && scheme.test(new URL(exact).protocol);
      if (!isFitting) throw given.invalid(expected);
      return exact;
    },
  };
}

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

const host: Parser<string> = parser(
  'an address or a name, without brackets or port, such as 127.0.0.1 or ::1',
  ['127.0.0.1', '::1', 'localhost'],
  (given) => (isHost(given) ? given : undefined),
);

/** A host, or a Unix socket in its place. */
export const hostOrSocket: Parser<string> = parser(
  `${host.expected}, or unix:PATH`,
  [...host.examples, 'unix:/run/colloquy.sock'],
  (given) => (isHost(given) || unixSocketPath(given) !== undefined ? given : undefined),
);

export function isHost(given: string): boolean {
  return isIP(given) !== 0 || HOST_NAME.test(given);
}

/** Parser of the name of an environment variable. Returns the value, so that the config file holds no secret. */
export const variableValue: Parser<string> = {
  expected: 'the name of an environment variable that is set',
  examples: ['PATH', 'HOME'],
  parse: (given, environment) => {
    const value = environment[given.exactText()];
    if (value === undefined || value === '') throw given.invalid(variableValue.expected);
    return value;
  },
};
