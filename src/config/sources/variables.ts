import type { Environment, Setting } from '../settings/entry.ts';
import { VARIABLE_PREFIX, variableOf } from '../settings/names.ts';
import { FlatSource, type GivenText } from './source.ts';
import { LISTED_IN_HELP, unknownSetting } from './unknown-setting.ts';

/** Reads environment variables. Throws an `OperatorError` for an unknown one with the prefix of settings. */
export function variableSource(environment: Environment, settings: readonly Setting[]): FlatSource {
  const known = new Map(settings.map((setting) => [variableOf(setting), setting]));
  const found = new Map<string, GivenText>();
  for (const [name, untrimmed = ''] of Object.entries(environment)) {
    // A file of variables that was written on Windows leaves a carriage return.
    const value = untrimmed.trim();
    if (!name.startsWith(VARIABLE_PREFIX) || isServiceLink(name, value)) continue;
    const setting = known.get(name);
    if (setting === undefined) {
      throw unknownSetting({ name, known: [...known.keys()], all: LISTED_IN_HELP });
    }
    // An empty variable is not given: one that a template left blank must not turn off what the file sets.
    if (value !== '') found.set(setting.name, { value, name, origin: name });
  }
  return new FlatSource(found);
}

/** Recognises the variables that Kubernetes puts into every container when a service is named colloquy. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /^COLLOQUY_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/.test(name) ||
    (name === 'COLLOQUY_PORT' && /^(tcp|udp|sctp):\/\//.test(value))
  );
}
