import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config/read.ts';
import {
  defaultedSection,
  group,
  records,
  type Environment,
  type Table,
} from '../../src/config/settings/entry.ts';
import { fileEntries, flagSettings } from '../../src/config/settings/names.ts';
import {
  choice,
  exactText,
  list,
  text,
  url,
  variableValue,
  wholeNumber,
} from '../../src/config/settings/parsers.ts';
import { configFileSource } from '../../src/config/sources/config-file.ts';
import { flagSource } from '../../src/config/sources/flags.ts';
import { variableSource } from '../../src/config/sources/variables.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Settings of a kind that the product may have: a list of records with a secret in each, and a section. */
const TABLE = {
  modelServers: records({
    name: 'model-servers',
    description: 'Model servers.',
    keyedBy: 'name',
    entries: {
      name: { name: 'name', parser: exactText, isRequired: true, description: 'Name.' },
      url: { name: 'url', parser: url, isRequired: true, description: 'URL.' },
      protocol: {
        name: 'protocol',
        parser: choice(['chat', 'responses']),
        default: 'chat',
        description: 'Protocol.',
      },
      models: { name: 'models', parser: list(text), default: '', description: 'Models.' },
      key: { name: 'key-env', parser: variableValue, isSecret: true, description: 'Key.' },
    },
  }),
  retention: defaultedSection({
    name: 'retention',
    description: 'Retention.',
    entries: {
      days: { name: 'days', parser: wholeNumber(0, 999), default: '0', description: 'Days.' },
    },
  }),
  plan: {
    name: 'plan',
    parser: text,
    default: 'a',
    only: 'file',
    description: 'Only in the file.',
  },
  once: {
    name: 'once',
    placeholder: 'TEXT',
    parser: text,
    default: 'b',
    only: 'flag',
    description: 'Only a flag.',
  },
} as const satisfies Table;

async function read(yaml: string, args: readonly string[] = [], environment: Environment = {}) {
  await using folder = await temporaryFolder();
  await writeFile(folder.path('c.yaml'), yaml);
  const flags = flagSettings(TABLE);
  const sources = [
    flagSource(args, flags, []),
    variableSource(environment, flags),
    await configFileSource(folder.path('c.yaml'), TABLE),
  ];
  return readSettings(group({ entries: TABLE, finish: (values) => values }), sources, environment);
}

describe('a list of records', () => {
  test('a list of records has each entry of the file, with defaults and the type of the table', async () => {
    const { modelServers } = await read(
      'model_servers:\n  - name: local\n    url: http://127.0.0.1:8080/v1\n    models: [a, b]\n  - { name: far, url: "https://far.example", protocol: responses, models: "c, d" }\n',
    );
    const first: 'chat' | 'responses' | undefined = modelServers?.[0]?.protocol;
    expect(first).toBe('chat');
    expect(modelServers).toEqual([
      {
        name: 'local',
        url: 'http://127.0.0.1:8080/v1',
        protocol: 'chat',
        models: ['a', 'b'],
        key: undefined,
      },
      {
        name: 'far',
        url: 'https://far.example',
        protocol: 'responses',
        models: ['c', 'd'],
        key: undefined,
      },
    ]);
  });

  test('a map of records has the key of each as its name', async () => {
    const { modelServers } = await read(
      'model_servers:\n  local: { url: "http://127.0.0.1:8080/v1" }\n  far: { url: "https://far.example", models: "c" }\n',
    );
    expect(modelServers).toMatchObject([
      { name: 'local', url: 'http://127.0.0.1:8080/v1', models: [] },
      { name: 'far', url: 'https://far.example', models: ['c'] },
    ]);
  });

  test.each([
    ['a: { name: b, url: "http://a.example" }', 'model_servers.a.name, line 2', 'Leave name out'],
    ['a: { url: x }', "model_servers.a.url, line 2 of c is 'x'", 'https://HOST/PATH'],
    ['a: text', 'model_servers.a, line 2', 'Write a map'],
    ['"key: s3cr3t": text', 'model_servers.?, line 2 of c', 'Write a map'],
    ['"my a": { url: x }', 'model_servers.?.url, line 2 of c', 'https://HOST/PATH'],
  ])(
    'a map of records refuses the entry %s with its place and a fix',
    async (entry, message, fix) => {
      const reading = read(`model_servers:\n  ${entry}\n`);
      const error: unknown = await reading.catch((thrown: unknown) => thrown);
      expect(String(error).replaceAll(/\/\S+c\.yaml/g, 'c')).toContain(message);
      expect(error).toMatchObject({ fix: expect.stringContaining(fix) });
    },
  );

  test('a list of records is undefined when the file does not have it, and empty when it has no entry', async () => {
    expect((await read('')).modelServers).toBeUndefined();
    expect((await read('model_servers: []\n')).modelServers).toEqual([]);
  });

  test('a list of records takes a secret from the environment variable that the file names', async () => {
    const yaml = 'model_servers:\n  - { name: a, url: "http://a.example", key_env: MODEL_KEY }\n';
    const { modelServers } = await read(yaml, [], { MODEL_KEY: 's3cr3t' });
    expect(modelServers?.[0]?.key).toBe('s3cr3t');
    for (const environment of [{}, { MODEL_KEY: '' }]) {
      await expect(read(yaml, [], environment)).rejects.toMatchObject({
        code: 'invalid_setting',
        message: expect.stringMatching(
          /^model_servers\.0\.key_env, line 2 of \S+ is not the name of an environment variable that is set\.$/,
        ),
        fix: 'Give key_env the name of an environment variable that is set.',
      });
    }
  });

  test.each([
    ['{ url: "http://a.example" }', 'model_servers.0, line 2', 'Give name text'],
    ['{ name: a, url: x }', "model_servers.0.url, line 2 of c is 'x'", 'https://HOST/PATH'],
    ['{ name: a, ulr: x }', 'Unknown setting model_servers.0.ulr (line 2', 'The nearest is url'],
    ['{ name: a, url: }', 'model_servers.0.url, line 2', 'Give url a value'],
    ['a', 'model_servers.0, line 2', 'Write a map'],
  ])(
    'a list of records refuses the entry %s with its place and a fix',
    async (entry, message, fix) => {
      const reading = read(`model_servers:\n  - ${entry}\n`);
      const error: unknown = await reading.catch((thrown: unknown) => thrown);
      expect(String(error).replaceAll(/of \S+c\.yaml/g, 'of c')).toContain(message);
      expect(error).toMatchObject({ fix: expect.stringContaining(fix) });
    },
  );

  test('a list of records has no flag and no variable', async () => {
    await expect(read('', ['--model-servers', 'x'])).rejects.toMatchObject({
      code: 'unknown_setting',
    });
    await expect(read('', [], { COLLOQUY_MODEL_SERVERS: 'x' })).rejects.toMatchObject({
      code: 'unknown_setting',
    });
  });
});

test('a section with defaults has them when the file does not have the section', async () => {
  expect((await read('')).retention).toEqual({ days: 0 });
  expect((await read('retention: { days: 9 }\n')).retention).toEqual({ days: 9 });
});

test('a setting may be given in the file only, or by flag and variable only', async () => {
  expect((await read('plan: x\n')).plan).toBe('x');
  await expect(read('', ['--plan', 'x'])).rejects.toMatchObject({ code: 'unknown_setting' });
  expect((await read('', ['--once', 'x'])).once).toBe('x');
  expect((await read('', [], { COLLOQUY_ONCE: 'x' })).once).toBe('x');
  await expect(read('once: x\n')).rejects.toMatchObject({ code: 'unknown_setting' });
});

test('help and reference list what only the file has, with dots for sections and brackets for lists', () => {
  expect(fileEntries(TABLE).map(({ usage }) => usage)).toEqual([
    'model_servers[]',
    'model_servers[].name',
    'model_servers[].url',
    'model_servers[].protocol',
    'model_servers[].models',
    'model_servers[].key_env',
    'retention',
    'retention.days',
    'plan',
  ]);
});
