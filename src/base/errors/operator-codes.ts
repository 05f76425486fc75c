/** Explanation of an operator's code in `docs/errors.md`, as Markdown. */
interface OperatorCodeEntry {
  readonly meaning: string;
  readonly fix: string;
}

/** Codes of all failures that an operator can mend, by subject. The codes are stable: scripts match them. */
export const OPERATOR_CODES = {
  // Settings and the command line
  unknown_command: {
    meaning: 'There is no command of this name.',
    fix: '`colloquy help` lists the commands.',
  },
  unknown_action: {
    meaning:
      '`keys`, `hold`, `retention`, `search` or `migrate` has no action of this name, or is called without one.',
    fix: '`colloquy help keys` and the like list the actions.',
  },
  unexpected_argument: {
    meaning: 'An argument belongs to no flag.',
    fix: 'Write settings as `--name VALUE`, and with npm as `npm start -- --name VALUE`.',
  },
  invalid_usage: {
    meaning: 'The action or the arguments of `policy` are not valid.',
    fix: '`colloquy help policy` shows them.',
  },
  missing_flag: { meaning: 'A command lacks a flag that it needs.', fix: 'Add the flag.' },
  missing_value: {
    meaning: 'A flag has no value, or an empty one.',
    fix: 'Write the value after the flag.',
  },
  repeated_flag: {
    meaning:
      "A command's own flag, such as `--subject`, is given twice. Of a repeated setting the last value counts.",
    fix: 'Give the flag once.',
  },
  missing_file: {
    meaning: '`backup` has no file to copy to.',
    fix: 'Write `colloquy backup FILE`.',
  },
  invalid_hold: {
    meaning:
      'A hold names both a subject and a conversation, its reason is not a text, or `hold release` has no id.',
    fix: 'Give one of `--subject` and `--conversation`, or neither for the whole tenant; to `hold release`, an id of `colloquy hold list`.',
  },
  no_such_hold: {
    meaning: 'There is no hold of this id, or it is released already.',
    fix: '`colloquy hold list` shows the ids.',
  },
  invalid_metadata: {
    meaning: 'A value of `--metadata` is not a pair of a key and a value that are not empty.',
    fix: 'Write `--metadata KEY=VALUE`, once for each pair.',
  },
  sweeping_already: {
    meaning: 'Another process deletes what is due in this database.',
    fix: 'Leave it to that one, or run the command again a minute later.',
  },
  invalid_duration: {
    meaning: 'The value of `--expires` is not a duration.',
    fix: 'Write `30m`, `12h` or `90d`.',
  },
  unknown_setting: {
    meaning:
      'A flag, a variable that begins with `COLLOQUY_`, a key of the config file or a parameter of the database URL is unknown.',
    fix: 'Use the name that is suggested, or one of [configuration.md](configuration.md).',
  },
  invalid_setting: {
    meaning: 'A setting has a value that is not valid, or lacks another setting that it needs.',
    fix: 'Follow the message; it names the place.',
  },
  unreadable_config: {
    meaning: 'The config file does not exist, cannot be read, or is not YAML.',
    fix: 'Check its path and its permissions; put texts with colons into quotes.',
  },
  invalid_policy: {
    meaning: 'A rule of `access_policy` is not valid.',
    fix: 'Correct the line that is named, with the grammar of [access.md](access.md#the-access-policy).',
  },
  authentication_is_off: {
    meaning:
      'There are settings of access, and no authentication scheme identifies callers. Nothing would enforce these settings.',
    fix: 'Name schemes with `--auth`, or remove these settings.',
  },
  anonymous_on_network: {
    meaning: 'The server would serve every client that reaches it, without authentication.',
    fix: 'Listen on `127.0.0.1`, switch authentication on, or set `--allow-anonymous`.',
  },
  // Starting and stopping
  port_in_use: {
    meaning: 'Another process listens on this port, or on this Unix socket.',
    fix: 'Stop that process, or choose another port with `--port` or another path with `--host`.',
  },
  cannot_listen: {
    meaning:
      'The address does not belong to this machine, or the port is reserved. The path of a Unix socket is too long, is another file, or is in a folder that this user may not write to.',
    fix: 'Choose another address with `--host` or another port with `--port`.',
  },
  cannot_open_audit_log: {
    meaning: 'The file of `--audit-log` cannot be written.',
    fix: 'Create its folder, and let this user write there.',
  },
  interrupted: {
    meaning: 'A signal ended a command before it was done.',
    fix: 'Run the command again. The database holds no half of a write.',
  },
  // The database
  cannot_open_database: {
    meaning: "The database cannot be opened; the message has the database's own reason.",
    fix: 'Follow the message.',
  },
  database_damaged: {
    meaning: 'The SQLite file is damaged.',
    fix: 'Stop the server, keep its files as they are, and restore the last copy that `colloquy backup` made.',
  },
  database_read_only: {
    meaning: 'The SQLite file cannot be written, because of its volume or its permissions.',
    fix: 'Mount the volume of the database for writing. Let this user write to the file and to its folder, where SQLite keeps a log.',
  },
  disk_full: {
    meaning: 'The volume of the SQLite file has no room.',
    fix: 'Free some space on the volume of the database, and start again.',
  },
  database_locked: {
    meaning: 'Another process holds the SQLite file.',
    fix: 'Stop the process that holds it, or try again when it has finished.',
  },
  database_unavailable: {
    meaning: 'The database stopped taking requests while a command used it.',
    fix: 'Follow the message, and run the command again.',
  },
  no_such_conversation: {
    meaning: '`adopt` names a conversation that does not exist or that has an owner.',
    fix: 'Check the id.',
  },
  no_such_database: {
    meaning: 'The command needs existing data, and there is no database of this name.',
    fix: 'Correct `--database-url`, or create the database with `colloquy migrate up`.',
  },
  schema_is_older: {
    meaning:
      'The schema of the database is older than the program; only `serve`, `migrate up` and the library change it.',
    fix: 'Bring it up to date with `colloquy migrate up`.',
  },
  unwell: {
    meaning: 'At least one check of `doctor` failed.',
    fix: 'Follow the `fix:` lines, and run `doctor` again.',
  },
  schema_mismatch: {
    meaning: 'The schema is newer than this program, or was changed by hand.',
    fix: 'Run the version that wrote the database, or a later one.',
  },
  missing_package: {
    meaning: 'The database URL is `postgres://`, and the package `pg` is not installed.',
    fix: 'Run `npm install pg@8` where colloquy is installed.',
  },
  wrong_encoding: {
    meaning: 'The encoding of the PostgreSQL database lacks characters.',
    fix: 'Create a database with the encoding UTF8.',
  },
  not_the_coordinator: {
    meaning:
      'The database URL leads to a worker of a Citus cluster. The schema and the API keys are on the coordinator, through which all processes connect.',
    fix: 'Name the coordinator in `--database-url`.',
  },
  citus_absent: {
    meaning: 'Tables can be distributed only by Citus, which this database does not have.',
    fix: 'Install Citus on each node, run `CREATE EXTENSION citus` in the database, add the workers, and run `colloquy migrate distribute` again.',
  },
  row_level_security_off_on_workers: {
    meaning:
      '`rls` is on, and on a worker of the Citus cluster the role passes by row-level security, or a shard does not have it.',
    fix: 'On each worker, take `SUPERUSER` and `BYPASSRLS` from the role, and have the owner of the tables switch row-level security on through the coordinator.',
  },
  unreadable_certificate: {
    meaning: 'A file of `sslrootcert`, `sslcert` or `sslkey` cannot be read.',
    fix: 'Check its path and its permissions.',
  },
  unusable_replica: {
    meaning:
      'The server of `--database-read-url` answers, and cannot be read in place of the database: it is another cluster, database or schema, or refuses the role.',
    fix: 'Follow the message, or leave `--database-read-url` out.',
  },
  missing_rights: {
    meaning: 'The database role lacks rights that a server needs.',
    fix: 'Have the owner of the tables run the `GRANT` that is printed.',
  },
  row_level_security_on: {
    meaning:
      'The tables have row-level security and `rls` is off, so every table would look empty.',
    fix: 'Start with `--rls on`.',
  },
  row_level_security_off: {
    meaning: '`rls` is on, the tables lack row-level security, and this role may not switch it on.',
    fix: 'Have the owner of the tables run the statements that are printed.',
  },
  row_level_security_bypassed: {
    meaning: '`rls` is on, and row-level security does not apply to this role.',
    fix: 'Connect as a role that is not a superuser and lacks `BYPASSRLS`.',
  },
  row_level_security_open: {
    meaning: '`rls` is on, and other policies of the tables let rows through.',
    fix: 'Drop these policies, or make them restrictive.',
  },
  // Keys, owners, archives and copies
  no_such_key: {
    meaning: 'There is no key of this id, or it has been revoked.',
    fix: '`colloquy keys list` shows the ids.',
  },
  unusable_name: {
    meaning: 'The subject, tenant or attribute is not valid as a name.',
    fix: 'Choose one of 1 to 256 characters, without control characters, other than `anonymous`.',
  },
  unreadable_archive: {
    meaning: 'The input of `import` is not an archive, is damaged, or was cut off.',
    fix: 'Look at the line that is named; complete a file that was cut off with `colloquy export --continue`.',
  },
  archive_conflict: {
    meaning: 'The archive and the database differ in the same place.',
    fix: 'Import into a database that only has data of the same archive ([moving.md](moving.md)).',
  },
  no_such_file: {
    meaning: '`export --continue` names a file that does not exist.',
    fix: 'Begin one with `colloquy export > FILE`.',
  },
  other_database: {
    meaning: '`export --continue` names a file of another database.',
    fix: 'Name the right database, or export into a new file.',
  },
  archive_of_selection: {
    meaning: '`export --continue` names an archive of some conversations of a tenant.',
    fix: 'Export them anew.',
  },
  other_tenant: {
    meaning: '`export --continue` names a file of other tenants.',
    fix: 'Give the same `--tenant` as before.',
  },
  file_exists: {
    meaning: '`backup` would overwrite a file.',
    fix: 'Name another file, or remove this one first.',
  },
  cannot_write: {
    meaning: 'A write to a file or a pipe failed.',
    fix: 'Make room, check the permissions, and keep the reader of a pipe running.',
  },
  backup_of_postgres: {
    meaning: '`backup` copies SQLite files only.',
    fix: 'Use `pg_dump`, or `colloquy export`.',
  },
} as const satisfies Readonly<Record<string, OperatorCodeEntry>>;
