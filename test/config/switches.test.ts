import { describe, expect, test } from 'vitest';
import { loadConfig, type Config } from '../../src/index.ts';
import { flagOf, flagSettings, programKeyOf, variableOf } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { loadYaml } from '../support/settings.ts';

const SWITCHES = flagSettings(SETTINGS).filter(({ parser }) => parser.isSwitch);
const BASE = ['--auth', 'keys', '--database-url', 'postgres://127.0.0.1/db', '--audit-log', '-'];

/** Returns the values of all switches. */
function valuesOf({
  allowAnonymous,
  auth,
  auditLogReads,
  database,
  strict,
  events,
  search,
  console: { enabled },
}: Config): Readonly<Record<string, unknown>> {
  if (database.kind !== 'postgres') throw new Error('the base names PostgreSQL');
  return {
    'allow-anonymous': allowAnonymous,
    'audit-log-reads': auditLogReads,
    'user-isolation': auth.userIsolation,
    'database-prepared-statements': database.preparedStatements,
    rls: database.rowLevelSecurity,
    strict,
    search,
    events,
    console: enabled,
  };
}

test('the switches that these tests look at are all that there are', async () => {
  const values = valuesOf(await loadConfig({ arguments: BASE }));
  expect(Object.keys(values).toSorted()).toEqual(SWITCHES.map(({ name }) => name).toSorted());
});

describe.each(SWITCHES)('the switch $name', (setting) => {
  const flag = flagOf(setting);
  const of = async (loading: Promise<Config>) => valuesOf(await loading)[setting.name];
  const byFlags = (...args: string[]) => of(loadConfig({ arguments: [...BASE, ...args] }));

  test(`${flag} takes on, off, true and false, after a space or an equals sign`, async () => {
    for (const [text, value] of [
      ['on', true],
      ['true', true],
      ['off', false],
      ['false', false],
    ] as const) {
      expect(await byFlags(flag, text)).toBe(value);
      expect(await byFlags(`${flag}=${text}`)).toBe(value);
    }
  });

  test(`${flag} alone is on, also when another flag follows it`, async () => {
    expect(await byFlags(flag)).toBe(true);
    const followed = loadConfig({ arguments: [...BASE, flag, '--port', '7'] });
    expect((await followed).port).toBe(7);
    expect(await of(followed)).toBe(true);
  });

  test(`${variableOf(setting)} takes the same words`, async () => {
    const byVariable = (text: string) =>
      of(loadConfig({ arguments: BASE, environment: { [variableOf(setting)]: text } }));
    expect(await Promise.all(['on', 'true', 'off', 'false'].map(byVariable))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test(`${setting.name} takes the same words in the config file, and the truth values of YAML`, async () => {
    const key = setting.name.replaceAll('-', '_');
    const byFile = (text: string) =>
      of(
        loadYaml(
          `auth: keys\naudit_log: '-'\ndatabase_url: postgres://127.0.0.1/db\n${key}: ${text}\n`,
        ),
      );
    expect(
      await Promise.all(['on', 'true', 'True', 'off', 'false', '"false"'].map(byFile)),
    ).toEqual([true, true, true, false, false, false]);
  });

  test(`${programKeyOf(setting)} takes truth values and the same words from a program`, async () => {
    const byProgram = (value: boolean | string) =>
      of(loadConfig({ arguments: BASE, settings: { [programKeyOf(setting)]: value } }));
    expect(await Promise.all([true, 'on', false, 'off'].map(byProgram))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test(`${flag} refuses other words`, async () => {
    for (const text of ['yes', '1', 'ON', '']) {
      await expect(byFlags(flag, text)).rejects.toMatchObject({
        code: 'invalid_setting',
        message: `${flag} is '${text}', which is not on or off.`,
        fix: `Give ${flag} on or off.`,
      });
    }
  });
});

test('a stray argument after a switch with a value is refused', async () => {
  await expect(loadConfig({ arguments: ['--allow-anonymous', 'on', 'now'] })).rejects.toMatchObject(
    { code: 'unexpected_argument', message: "Unexpected argument 'now'." },
  );
  await expect(loadConfig({ arguments: ['--allow-anonymous=on', 'off'] })).rejects.toMatchObject({
    code: 'unexpected_argument',
  });
});
