/** Stable, for scripts. What each means is in docs/errors.md, and the compiler holds that page to this list. */
export type OperatorCode =
  | 'anonymous_on_network'
  | 'archive_conflict'
  | 'authentication_is_off'
  | 'backup_of_postgres'
  | 'cannot_listen'
  | 'cannot_open_audit_log'
  | 'cannot_open_database'
  | 'cannot_write'
  | 'database_damaged'
  | 'database_locked'
  | 'database_read_only'
  | 'database_unavailable'
  | 'disk_full'
  | 'file_exists'
  | 'interrupted'
  | 'invalid_duration'
  | 'invalid_policy'
  | 'invalid_setting'
  | 'invalid_usage'
  | 'missing_file'
  | 'missing_flag'
  | 'missing_package'
  | 'missing_rights'
  | 'missing_value'
  | 'no_such_conversation'
  | 'no_such_database'
  | 'no_such_file'
  | 'no_such_key'
  | 'other_database'
  | 'other_tenant'
  | 'port_in_use'
  | 'repeated_flag'
  | 'row_level_security_bypassed'
  | 'row_level_security_off'
  | 'row_level_security_on'
  | 'row_level_security_open'
  | 'schema_is_older'
  | 'schema_mismatch'
  | 'unexpected_argument'
  | 'unknown_action'
  | 'unknown_command'
  | 'unknown_setting'
  | 'unreadable_archive'
  | 'unreadable_certificate'
  | 'unreadable_config'
  | 'unusable_name'
  | 'unwell'
  | 'wrong_encoding';

/** A failure that the person who runs the program can mend: what is wrong, and what to do about it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: OperatorCode;
  readonly fix: string;

  constructor(code: OperatorCode, title: string, fix: string, cause?: unknown) {
    super(title, { cause });
    this.code = code;
    this.fix = fix;
  }
}
