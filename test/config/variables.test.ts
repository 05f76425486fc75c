import { expect, test } from 'vitest';
import { variableOf } from '../../src/config/settings/names.ts';
import { loadConfig } from '../../src/index.ts';
import { comparable, placedSettings } from '../support/settings.ts';

const ENCLOSURES = [
  ['a carriage return', '', '\r'],
  ['a line break', '', '\r\n'],
  ['spaces', '  ', '  '],
  ['tabs', '\t', '\t'],
] as const;

const VARIABLES = {
  COLLOQUY_HOST: 'localhost',
  COLLOQUY_PORT: '4242',
  COLLOQUY_DATABASE_URL: 'postgres://127.0.0.1/db',
  COLLOQUY_AUTH: 'keys',
  COLLOQUY_RLS: 'on',
  COLLOQUY_LOG_FORMAT: 'json',
};

test('the variables of these tests are settings', () => {
  const known = placedSettings().flatMap(({ flag }) =>
    flag === undefined ? [] : variableOf(flag),
  );
  expect(known).toEqual(expect.arrayContaining(Object.keys(VARIABLES)));
});

test.each(ENCLOSURES)(
  '%s around the values of variables changes nothing',
  async (_, before, after) => {
    const enclosed = Object.fromEntries(
      Object.entries(VARIABLES).map(([name, value]) => [name, `${before}${value}${after}`]),
    );
    const plain = await loadConfig({ environment: VARIABLES });
    const trimmed = await loadConfig({ environment: enclosed });
    expect(comparable(trimmed)).toBe(comparable(plain));
    expect(trimmed).toMatchObject({ host: 'localhost', port: 4242 });
  },
);

test.each(ENCLOSURES)(
  'a variable that is only %s counts as not given',
  async (_, before, after) => {
    const environment = { COLLOQUY_PORT: `${before}${after}` };
    expect((await loadConfig({ environment })).port).toBe(
      (await loadConfig({ environment: {} })).port,
    );
  },
);

test('a carriage return after the path of a config file is not part of the path', async () => {
  await expect(loadConfig({ environment: { COLLOQUY_CONFIG: '/none/c.yaml\r' } })).rejects.toThrow(
    /\/none\/c\.yaml(?!\r)/,
  );
});

test('a space within the value of a variable stays', async () => {
  const environment = { COLLOQUY_DATABASE_URL: ' sqlite:./my data.db\r' };
  const { database } = await loadConfig({ environment });
  expect(JSON.stringify(database)).toContain('my data.db"');
});

test('the message about an invalid variable shows its trimmed value', async () => {
  await expect(loadConfig({ environment: { COLLOQUY_PORT: ' many\r' } })).rejects.toThrow("'many'");
});
