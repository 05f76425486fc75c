import type { OperatorCode } from '../../src/base/errors/operator-error.ts';
import { code } from './markdown.ts';

interface Explanation {
  readonly meaning: string;
  readonly fix: string;
}

/** What each code means, by what the program was doing. The compiler wants an entry for every code there is. */
const EXPLANATIONS: Readonly<Record<OperatorCode, Explanation>> = {
  // Settings and the command line
  unknown_command: {
    meaning: 'There is no command of this name.',
    fix: '`colloquy help` lists the commands.',
  },
  unknown_action: {
    meaning: '`keys` or `migrate` does not know the word behind it.',
    fix: '`colloquy help keys` and `colloquy help migrate` list the actions.',
  },
  unexpected_argument: {
    meaning: 'An argument belongs to no flag.',
    fix: 'Write settings as `--name VALUE`, and behind npm as `npm start -- --name VALUE`.',
  },
  invalid_usage: {
    meaning: '`policy` was called in another way than it can be.',
    fix: '`colloquy help policy` shows how.',
  },
  missing_flag: { meaning: 'A command lacks a flag that it needs.', fix: 'Add it.' },
  missing_value: { meaning: 'A flag has no value.', fix: 'Write the value behind it.' },
  repeated_flag: {
    meaning:
      'A flag of a command, such as `--subject`, is given twice; of a setting the last one counts.',
    fix: 'Give it once.',
  },
  missing_file: {
    meaning: '`backup` was not told where to.',
    fix: 'Write `colloquy backup FILE`.',
  },
  invalid_duration: {
    meaning: 'The value of `--expires` is no duration.',
    fix: 'Write `30m`, `12h` or `90d`.',
  },
  unknown_setting: {
    meaning:
      'A flag, a variable that begins with `COLLOQUY_`, a key of the config file or a parameter of the database URL is unknown.',
    fix: 'Use the name that is suggested, or one of [configuration.md](configuration.md).',
  },
  invalid_setting: {
    meaning: 'A setting has a value that it cannot have, or needs another one beside it.',
    fix: 'Do as the message says; it names the place.',
  },
  unreadable_config: {
    meaning: 'The config file is not there, may not be read, or is no YAML.',
    fix: 'Check its path and its rights; put texts with colons into quotes.',
  },
  invalid_policy: {
    meaning: 'A rule of `access_policy` cannot be understood.',
    fix: 'Correct the line that is named, with the grammar of [access.md](access.md#the-access-policy).',
  },
  authentication_is_off: {
    meaning:
      'Settings say who may do what, and no scheme is on that could tell callers apart. Nothing would enforce them.',
    fix: 'Name schemes with `--auth`, or remove these settings.',
  },
  anonymous_on_network: {
    meaning: 'The server would let in everyone who can reach it.',
    fix: 'Listen on `127.0.0.1`, switch authentication on, or say `--allow-anonymous`.',
  },
  // Starting and stopping
  port_in_use: {
    meaning: 'Another process listens on this port.',
    fix: 'Stop that one, or choose another port with `--port`.',
  },
  cannot_listen: {
    meaning: 'The address is not one of this machine, or the port is reserved.',
    fix: 'Choose another address with `--host` or another port with `--port`.',
  },
  cannot_open_audit_log: {
    meaning: 'The file of `--audit-log` cannot be written.',
    fix: 'Make its folder, and let this user write there.',
  },
  interrupted: {
    meaning: 'A signal ended a command before it was done.',
    fix: 'Run it again. Nothing is left half done in the database.',
  },
  // The database
  cannot_open_database: {
    meaning: "The database cannot be opened; the message has the database's own reason.",
    fix: 'Do as the message says.',
  },
  database_damaged: {
    meaning: 'The SQLite file is damaged.',
    fix: 'Run `colloquy doctor`, and put a backup in the place of the file.',
  },
  database_read_only: {
    meaning: 'The SQLite file cannot be written: its volume or its rights do not let this user.',
    fix: 'Mount the volume for writing, or let this user own the file and its folder.',
  },
  disk_full: {
    meaning: 'The volume of the SQLite file has no room to begin with.',
    fix: 'Free some space on it, and start again.',
  },
  database_locked: {
    meaning: 'Another process holds the SQLite file.',
    fix: 'Stop that process, or wait until it has finished.',
  },
  database_unavailable: {
    meaning: 'The database went away, or took no more, while a command was using it.',
    fix: 'See to the database, and run the command again.',
  },
  no_such_conversation: {
    meaning: '`adopt` was given a conversation that is not there, or that somebody owns already.',
    fix: 'Check the id.',
  },
  no_such_database: {
    meaning: 'A command that wants existing data found none under this name.',
    fix: 'Correct `--database-url`, or begin a database with `colloquy migrate up`.',
  },
  schema_is_older: {
    meaning:
      'The schema of the database is older than the program; only `serve`, `migrate up` and the library change it.',
    fix: 'Bring it up to date with `colloquy migrate up`.',
  },
  unwell: {
    meaning: '`doctor` has found something that is not as it should be.',
    fix: 'Do what stands behind `fix:` in its lines, and run it again.',
  },
  schema_mismatch: {
    meaning: 'The schema is newer than this program, or was changed by hand.',
    fix: 'Run the version that wrote the database, or a later one.',
  },
  missing_package: {
    meaning: 'A `postgres://` URL was given, and the package `pg` is not installed.',
    fix: '`npm install pg@8` beside colloquy.',
  },
  wrong_encoding: {
    meaning: 'The PostgreSQL database has an encoding that lacks characters.',
    fix: 'Make one with the encoding UTF8.',
  },
  unreadable_certificate: {
    meaning: 'A file of `sslrootcert`, `sslcert` or `sslkey` cannot be read.',
    fix: 'Check its path and its rights.',
  },
  missing_rights: {
    meaning: 'The database role may not do what a server must.',
    fix: 'Have the owner of the tables run the `GRANT` that is printed.',
  },
  row_level_security_on: {
    meaning:
      'The tables have row-level security and `rls` is off, so everything would seem to be gone.',
    fix: 'Start with `--rls on`.',
  },
  row_level_security_off: {
    meaning: '`rls` is on, the tables lack it, and this role may not switch it on.',
    fix: 'Have their owner run what is printed.',
  },
  row_level_security_bypassed: {
    meaning: '`rls` is on, and it does not hold for this role.',
    fix: 'Connect as a role that is no superuser and lacks `BYPASSRLS`.',
  },
  row_level_security_open: {
    meaning: '`rls` is on, and other policies of the tables let rows through.',
    fix: 'Drop them, or make them restrictive.',
  },
  // Keys, owners, archives and copies
  no_such_key: {
    meaning: 'There is no key of this id, or it is revoked already.',
    fix: '`colloquy keys list` shows the ids.',
  },
  unusable_name: {
    meaning: 'Nobody can have this subject, tenant or attribute.',
    fix: 'Choose one of 1 to 256 characters, without control characters, other than `anonymous`.',
  },
  unreadable_archive: {
    meaning: 'The input of `import` is no archive, is damaged, or was cut off.',
    fix: 'Look at the line that is named; complete a file that was cut off with `colloquy export --continue`.',
  },
  archive_conflict: {
    meaning: 'An archive has something else than the database has in the same place.',
    fix: 'Import into a database that has only what the same archive brought ([moving.md](moving.md)).',
  },
  no_such_file: {
    meaning: 'The file that `export --continue` should complete is not there.',
    fix: 'Begin one with `colloquy export > FILE`.',
  },
  other_database: {
    meaning: 'The file that `export --continue` should complete is of another database.',
    fix: 'Name the right database, or export anew.',
  },
  other_tenant: {
    meaning: 'The file that `export --continue` should complete is of other tenants.',
    fix: 'Give the same `--tenant` as before.',
  },
  file_exists: {
    meaning: '`backup` would overwrite a file.',
    fix: 'Name another file, or remove this one first.',
  },
  cannot_write: {
    meaning: 'A file or pipe took no more.',
    fix: 'Make room, check the rights, and have its reader stay.',
  },
  backup_of_postgres: {
    meaning: '`backup` copies SQLite files only.',
    fix: 'Use `pg_dump`, or `colloquy export`.',
  },
};

/** All errors of the operator, by code. */
export function operatorErrors(): string {
  const entries = Object.entries(EXPLANATIONS).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, { meaning, fix }]) => `- ${code(name)}: ${meaning} ${fix}`).join('\n');
}
