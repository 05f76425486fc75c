import { parseArgs } from 'node:util';
import { OperatorError } from '../../base/errors/operator-error.ts';
import { withoutCredentials } from '../../base/without-credentials.ts';
import type { Setting } from '../settings/entry.ts';
import { flagOf } from '../settings/names.ts';
import { FlatSource, type GivenText } from './source.ts';
import { LISTED_IN_HELP, settingOfFile, unknownSetting } from './unknown-setting.ts';

/**
 * Reads a command line. When a flag is repeated, its last value counts. Throws an `OperatorError` for an argument that
 * is not a setting. `otherFlags` are the command's own flags, which the error may suggest, as it may the keys of the
 * config file that have no flag.
 */
export function flagSource(
  args: readonly string[],
  settings: readonly Setting[],
  otherFlags: readonly string[],
  fileKeys: () => readonly string[] = () => [],
): FlatSource {
  const known = new Map(settings.map((setting) => [setting.name, setting]));
  const found = new Map<string, GivenText>();
  const put = (setting: Setting, value: string): void => {
    found.set(setting.name, { value, name: flagOf(setting), origin: flagOf(setting) });
  };
  /** The switch that the next argument may be the value of. */
  let open: Setting | undefined;
  for (const token of tokensOf(args, settings)) {
    const previous = open;
    open = undefined;
    if (token.kind === 'positional') {
      if (previous === undefined) throw strayArgument(token.value);
      put(previous, token.value);
    }
    if (token.kind !== 'option') continue;
    const setting = known.get(token.name);
    if (setting === undefined) {
      const all = [...settings.map(flagOf), ...otherFlags];
      throw (
        settingOfFile(token.name, token.rawName, fileKeys()) ??
        unknownSetting({ name: token.rawName, known: all, all: LISTED_IN_HELP })
      );
    }
    if (token.value === undefined) {
      if (setting.parser.isSwitch === undefined) throw missingValue(token.rawName, setting);
      open = setting;
    }
    put(setting, token.value ?? 'on');
  }
  return new FlatSource(found);
}

function tokensOf(args: readonly string[], settings: readonly Setting[]) {
  const options = Object.fromEntries(
    settings.map(({ name, parser }) => [
      name,
      { type: parser.isSwitch === undefined ? ('string' as const) : ('boolean' as const) },
    ]),
  );
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
}

function missingValue(flag: string, { placeholder = 'VALUE' }: Setting): OperatorError {
  return new OperatorError(
    'missing_value',
    `${flag} needs a value.`,
    `Write ${flag} ${placeholder}.`,
  );
}

function strayArgument(value: string): OperatorError {
  return new OperatorError(
    'unexpected_argument',
    `Unexpected argument '${withoutCredentials(value)}'.`,
    'Settings are given as --name VALUE, switches also as --name alone, and with npm as in npm start -- --name VALUE; `colloquy help serve` lists them.',
  );
}
