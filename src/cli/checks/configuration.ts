import { stat } from 'node:fs/promises';
import { policyOf } from '../../access/policy/parse.ts';
import { isOpenToAll, refuseStrangers, type Config } from '../../config/config.ts';
import { configFileOf, loadConfig, type ConfigSources } from '../../config/load.ts';
import { failedBy, ok, warning, type Finding } from './finding.ts';

const CHECK = 'configuration';
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;

/** Whether a server would start with it, and whether it lets in or shows more than is meant. */
export async function* checkConfiguration(
  sources: ConfigSources,
  config: Config,
): AsyncGenerator<Finding> {
  yield checkWhole(sources, config);
  const file = configFileOf(sources);
  if (file !== undefined) yield checkFile('config file', file, await contentOf(file));
  const key = config.database.kind === 'postgres' ? config.database.tls.key : undefined;
  if (key !== undefined) yield checkFile('key file', key, 'a private key');
}

function checkWhole(sources: ConfigSources, config: Config): Finding {
  const { host, port, auth } = config;
  try {
    refuseStrangers(config);
    policyOf(auth.policyRules);
  } catch (error) {
    return failedBy(CHECK, error);
  }
  const file = configFileOf(sources) ?? 'no config file';
  const schemes = auth.schemes.length === 0 ? 'nobody' : `by ${auth.schemes.join(', ')}`;
  const detail = `${file}; listens on ${host}, port ${port}; authenticates ${schemes}`;
  return isOpenToAll(config)
    ? warning(
        CHECK,
        `${detail}: everyone who can reach it may read and delete every conversation`,
        'Name an authentication scheme with --auth, or see that only those reach it who may.',
      )
    : ok(CHECK, detail);
}

/** What others had better not read in a config file, as far as it has any of that. */
async function contentOf(path: string): Promise<string | undefined> {
  // On its own the file may lack what flags and variables complete; then it is taken for one that has something.
  const alone = await loadConfig({ arguments: ['--config', path] }).catch(() => undefined);
  if (alone === undefined) return 'settings';
  const { database, auth } = alone;
  if (database.kind === 'postgres' && database.password !== undefined) return 'a password';
  if (auth.headers?.secret !== undefined) return 'a secret';
  return auth.policyRules === undefined ? undefined : 'the access policy';
}

async function checkFile(
  check: string,
  path: string,
  content: string | undefined,
): Promise<Finding> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    return warning(check, `${path} is not there`, 'See that the file exists and can be read.');
  }
  const mode = (found.mode & 0o777).toString(8);
  // Windows has no such bits.
  const has = (bit: number): boolean => process.platform !== 'win32' && (found.mode & bit) !== 0;
  if (has(OTHERS_WRITE)) {
    return warning(
      check,
      `every user of this machine may change ${path} (mode ${mode})`,
      `chmod o-w ${path}`,
    );
  }
  if (content !== undefined && has(OTHERS_READ)) {
    return warning(
      check,
      `${path} has ${content}, and every user of this machine may read it (mode ${mode})`,
      `chmod o-r ${path}`,
    );
  }
  return ok(check, `${path} (mode ${mode})`);
}
