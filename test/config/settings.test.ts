import { describe, expect, test } from 'vitest';
import type { Setting, Table } from '../../src/config/settings/entry.ts';
import { Given } from '../../src/config/settings/given.ts';
import {
  fileKeyOf,
  flagOf,
  flagSettings,
  isSetting,
  programKeyOf,
  variableOf,
} from '../../src/config/settings/names.ts';
import { SETTINGS, SUBJECTS } from '../../src/config/settings/tables.ts';
import { OperatorError } from '../../src/index.ts';
import {
  comparable,
  loadWith,
  placedSettings,
  waysOf,
  type PlacedSetting,
  type Way,
} from '../support/settings.ts';

const PLACED = placedSettings();

/** Returns a text for the setting that changes the configuration. */
async function effectiveExample(placed: PlacedSetting): Promise<string> {
  const base = comparable(await loadWith(placed, 'file', undefined));
  for (const example of placed.setting.parser.examples) {
    if (comparable(await loadWith(placed, 'file', example)) !== base) return example;
  }
  throw new Error(
    `no example of ${placed.title} changes the configuration: use the setting, or give its parser an example other than the default`,
  );
}

describe('every setting', () => {
  test('every setting is found in the tables', () => {
    expect(PLACED.length).toBeGreaterThan(50);
    const titles = PLACED.map(({ title }) => title);
    expect(titles).toContain('auth.access-policy.0.permit.actions');
    expect(titles).toContain('auth.jwt.claims.teams');
    expect(new Set(titles).size).toBe(titles.length);
  });

  test.each(PLACED)('$title has one value, however it is given', async (placed) => {
    const example = await effectiveExample(placed);
    const [first = '', ...others] = await Promise.all(
      waysOf(placed).map(async (way) => comparable(await loadWith(placed, way, example))),
    );
    for (const other of others) expect(other).toBe(first);
  });

  test.each(PLACED.filter(({ setting }) => setting.default !== undefined))(
    '$title has a default that its parser takes',
    ({ title, setting: { parser, default: value = '' } }) => {
      const given = new Given({ value, name: title, origin: title, isSecret: false });
      expect(() => parser.parse(given, {})).not.toThrow();
    },
  );

  test.each(PLACED.filter(({ setting }) => setting.parser.expected !== 'text'))(
    '$title refuses a value that does not fit, with its name and a fix',
    async (placed) => {
      for (const way of waysOf(placed)) {
        const { message, fix } = await refusal(loadWith(placed, way, '?'));
        const name = nameOf(placed, way);
        expect(message.startsWith(name), `${message} does not begin with ${name}`).toBe(true);
        expect(
          message.includes("'?'"),
          `only the message of a secret hides the value: ${message}`,
        ).toBe(placed.setting.isSecret === undefined);
        expect(fix).toContain(placed.setting.parser.expected);
      }
    },
  );

  test.each(PLACED)('$title refuses a map in the config file', async (placed) => {
    const { code, message, fix } = await refusal(loadWith(placed, 'file', { a: 1 }));
    expect(code).toBe('invalid_setting');
    expect(message).toMatch(/^\S+, line 1 of \S+c\.yaml is not text\.$/);
    expect(message.startsWith(nameOf(placed, 'file'))).toBe(true);
    expect(fix).toContain(fileKeyOf(placed.setting));
  });

  test.each(PLACED)('$title refuses null in the config file', async (placed) => {
    const { message, fix } = await refusal(loadWith(placed, 'file', null));
    expect(message).toContain(`${fileKeyOf(placed.setting)} has no value`);
    expect(fix).toContain(`Give ${fileKeyOf(placed.setting)} a value`);
  });
});

describe('the tables of settings', () => {
  const flags = flagSettings(SETTINGS);
  const all = [...PLACED.map(({ setting }) => setting), ...flags];

  test('the tables of settings have names of lower-case words with dashes, each flag once', () => {
    for (const { name } of all) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
  });

  test('no key is in the tables of settings twice, where one would hide the other', () => {
    const keys = SUBJECTS.flatMap(({ table }) => Object.keys(table));
    expect(Object.keys(SETTINGS)).toEqual(keys);
  });

  test('the configuration has the name of each flag, with its unit', () => {
    const units = /(Seconds|Ms|Bytes)?$/;
    const keysAndNames = Object.entries(SETTINGS).flatMap(([key, entry]) =>
      isSetting(entry) && entry.only === undefined ? [[key, programKeyOf(entry)]] : [],
    );
    expect(keysAndNames.length).toBeGreaterThan(15);
    for (const [key = '', name = ''] of keysAndNames) {
      expect([name, name + (units.exec(key)?.[0] ?? '')]).toContain(key);
    }
  });

  test('the key of each quantity ends with its unit', () => {
    const UNITS: Readonly<Record<string, RegExp>> = {
      SECONDS: /(Seconds|Ms)$/,
      MILLISECONDS: /Ms$/,
      BYTES: /Bytes$/,
    };
    const keyed = keyedSettings(SETTINGS);
    expect(keyed.filter(([, { placeholder = '' }]) => placeholder in UNITS).length).toBeGreaterThan(
      6,
    );
    for (const [key, { placeholder = '' }] of keyed) expect(key).toMatch(UNITS[placeholder] ?? /./);
  });

  test('every setting is described in sentences, with every word that it takes', () => {
    for (const { name, description, parser, default: byDefault } of all) {
      expect(description, name).toMatch(/^[`A-Z][^]*\.$/);
      for (const word of parser.choices ?? []) {
        const isNamed = description.includes(`\`${word}\``) || word === byDefault;
        expect(isNamed, `describe ${word} in the description of ${name}`).toBe(true);
      }
    }
  });

  test('every setting but a switch has a placeholder for its value', () => {
    for (const { name, placeholder, parser } of flags) {
      expect(placeholder === undefined, `${name} needs a placeholder`).toBe(
        parser.isSwitch ?? false,
      );
    }
  });
});

function keyedSettings(table: Table): readonly (readonly [string, Setting])[] {
  return Object.entries(table).flatMap(([key, entry]) =>
    isSetting(entry) ? [[key, entry] as const] : keyedSettings(entry.entries),
  );
}

/** The beginning of a message about the setting. */
function nameOf({ path, setting, flag = setting }: PlacedSetting, way: Way): string {
  switch (way) {
    case 'flag':
      return flagOf(flag);
    case 'variable':
      return variableOf(flag);
    case 'file':
      return path.map((name) => fileKeyOf({ name: String(name) })).join('.');
    case 'program':
      return path.map((name) => programKeyOf({ name: String(name) })).join('.');
  }
}

async function refusal(loading: Promise<unknown>): Promise<OperatorError> {
  const error: unknown = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof OperatorError) return error;
  throw new Error(`the value must be refused with an OperatorError, not: ${String(error)}`);
}
