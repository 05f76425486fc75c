import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { flagOf, flagSettings, fileKeyOf, variableOf } from '../../src/config/settings/names.ts';
import { SETTINGS } from '../../src/config/settings/tables.ts';
import { loadConfig } from '../../src/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { placedSettings } from '../support/settings.ts';

const SECRET = 's3cr3t';
const SECRETS = flagSettings(SETTINGS).filter(({ isSecret }) => isSecret);

test('the secrets among the settings are marked as such', () => {
  expect(SECRETS.map(({ name }) => name)).toEqual([
    'database-url',
    'database-read-url',
    'auth-headers-secret',
    'model-key',
    'seal-key',
  ]);
  const secretNames = placedSettings().filter(({ setting }) =>
    /secret|password|token|(^|-)key$/.test(setting.name),
  );
  for (const { title, setting } of secretNames) {
    // The name of a header is not a secret.
    const isMarked = setting.isSecret === true || setting.name === 'secret-header';
    expect(isMarked, `mark ${title} with isSecret`).toBe(true);
  }
});

/** Texts that hold the secret, most of which a setting refuses. */
const TEXTS = [
  SECRET,
  `postgres://u:${SECRET}@127.0.0.1:1/d`,
  `postgres://u:a/${SECRET}@127.0.0.1:1/d`,
  `postgres://u:${SECRET}%zz@127.0.0.1:1/d`,
  `postgres://u:${SECRET}@127.0.0.1:1/d?sslmod=require`,
  `mysql://u:${SECRET}@h/d`,
];
/** Values in YAML that hold the secret; none of them is a plain text. */
const YAML = [
  `[${SECRET}]`,
  `{ a: ${SECRET} }`,
  `*${SECRET}`,
  `|${SECRET}`,
  `!${SECRET} [x]`,
  `@${SECRET}`,
  `%${SECRET}`,
  `"${SECRET}`,
  `"\\${SECRET}"`,
  `a: ${SECRET}`,
  `[${SECRET}`,
  `1\n? { a: ${SECRET} }\n: 1`,
];

describe.each(SECRETS)('the value of $name', (setting) => {
  const commands = [['doctor'], ['doctor', '--json'], ['serve', '--port', '0', '--prot', '1']];

  test.each(TEXTS)(
    `the value of ${setting.name} is not in the output of commands when a flag or a variable gives %s`,
    async (text) => {
      for (const command of [...commands, ['help', 'serve']]) {
        const flag = command[0] === 'help' ? [] : [`${flagOf(setting)}=${text}`];
        const printed = [
          await printedBy([...command, ...flag], {}),
          await printedBy([...command, `${flagOf(setting)}x=${text}`], {}),
          await printedBy(command, { [variableOf(setting)]: text }),
          await printedBy(command, { [`${variableOf(setting)}X`]: text }),
        ];
        expect(printed.join('\n')).not.toContain(SECRET);
        expect(printed.every((output) => output !== '')).toBe(true);
      }
    },
  );

  test.each([...TEXTS.map((text) => JSON.stringify(text)), ...YAML])(
    `the value of ${setting.name} is not in the output of commands when the config file gives %s`,
    async (yaml) => {
      await using folder = await temporaryFolder();
      const file = folder.path('c.yaml');
      for (const key of [fileKeyOf(setting), `${fileKeyOf(setting)}x`]) {
        await writeFile(file, `port: 0\n${key}: ${yaml}\n`);
        const printed = await printedBy(['doctor', '--config', file], {});
        expect(printed).not.toContain(SECRET);
        expect(printed).not.toContain('internal');
        expect(printed).toMatch(/^(ok|failed)/);
      }
    },
  );
});

test('a password of a stray argument is not repeated', async () => {
  for (const url of ['postgres://user:pa/ss@host/db', 'postgres://user:pass@host/db']) {
    const refused = expect(loadConfig({ arguments: [url] })).rejects;
    await refused.toThrow("Unexpected argument 'postgres://***@host/db'.");
  }
});

/** Runs a command line and returns all that it prints. */
async function printedBy(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const lines: string[] = [];
  const warned = (warning: Error): void => void lines.push(warning.message);
  process.on('warning', warned);
  const stop = new AbortController();
  stop.abort();
  await run({
    arguments: args,
    environment,
    print: (line) => lines.push(line),
    printError: (line) => lines.push(line),
    input: process.stdin,
    output: process.stdout,
    showProgress: undefined,
    stop: stop.signal,
  });
  // Node emits a warning after the current operation.
  await setImmediate();
  process.off('warning', warned);
  return lines.join('\n');
}
