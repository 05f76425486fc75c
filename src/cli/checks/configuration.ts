import { stat } from 'node:fs/promises';
import { policyOf } from '../../access/policy/parse.ts';
import { assertNotOpenToNetwork, isOpenToNetwork, type Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import type { PostgresServer } from '../../options/database.ts';
import { failedBy, ok, warning, type Finding } from './finding.ts';

const CHECK = 'configuration';
const WORLD_READABLE = 0o004;
const WORLD_WRITABLE = 0o002;

/** Checks that a server starts with the configuration, and that neither it nor its files are open to all users. */
export async function* checkConfiguration(config: Config): AsyncGenerator<Finding> {
  yield checkStart(config);
  const file = config.configFile;
  if (file !== undefined) yield checkAccess('config file', file, await secretIn(file));
  for (const { tls } of serversOf(config)) {
    if (tls.key !== undefined) yield checkAccess('key file', tls.key, 'a private key');
  }
}

/** Returns the servers of PostgreSQL that the configuration names. */
function serversOf({ database }: Config): readonly PostgresServer[] {
  if (database.kind === 'sqlite') return [];
  return database.replica === undefined ? [database] : [database, database.replica];
}

function checkStart(config: Config): Finding {
  const { host, port, auth } = config;
  try {
    assertNotOpenToNetwork(config);
    policyOf(auth.accessPolicy);
  } catch (error) {
    return failedBy(CHECK, error);
  }
  const file = config.configFile ?? 'no config file';
  const schemes = auth.schemes.length === 0 ? 'no caller' : `by ${auth.schemes.join(', ')}`;
  const detail = `${file}; listens on ${host}, port ${port}; authenticates ${schemes}`;
  return isOpenToNetwork(config)
    ? warning(
        CHECK,
        `${detail}: every client that reaches it may read and delete every conversation`,
        'Name an authentication scheme with --auth, or let only trusted clients reach it.',
      )
    : ok(CHECK, detail);
}

/** Returns the most sensitive thing in a config file, for the warning; `undefined` without one. */
async function secretIn(path: string): Promise<string | undefined> {
  // Without the flags and variables that complete it, the file may not be valid; it may still hold a secret.
  const alone = await loadConfig({ arguments: ['--config', path] }).catch(() => undefined);
  if (alone === undefined) return 'settings';
  const { auth } = alone;
  if (serversOf(alone).some(({ password }) => password !== undefined)) return 'a password';
  if (auth.headers?.secret !== undefined) return 'a secret';
  return auth.accessPolicy === undefined ? undefined : 'the access policy';
}

/** Checks the permissions of a file. `content` is the most sensitive thing in it; `undefined` without one. */
async function checkAccess(
  check: string,
  path: string,
  content: string | undefined,
): Promise<Finding> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    return warning(check, `${path} is not there`, 'Check that the file exists and can be read.');
  }
  const mode = (found.mode & 0o777).toString(8);
  // Windows has no mode bits.
  const has = (bit: number): boolean => process.platform !== 'win32' && (found.mode & bit) !== 0;
  if (has(WORLD_WRITABLE)) {
    return warning(
      check,
      `every user of this machine may change ${path} (mode ${mode})`,
      `chmod o-w ${path}`,
    );
  }
  if (content !== undefined && has(WORLD_READABLE)) {
    return warning(
      check,
      `${path} has ${content}, and every user of this machine may read it (mode ${mode})`,
      `chmod o-r ${path}`,
    );
  }
  return ok(check, `${path} (mode ${mode})`);
}
