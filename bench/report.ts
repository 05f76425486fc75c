import { execFileSync } from 'node:child_process';
import { cpus, totalmem, type, release } from 'node:os';
import { DatabaseSync } from 'node:sqlite';

/** Returns a table in Markdown, with each column as wide as its widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}

/** Describes the machine, the versions and the commit of the figures. */
export function machine(): string {
  using database = new DatabaseSync(':memory:');
  const sqlite = database.prepare('SELECT sqlite_version() AS version').get()?.['version'];
  const [cpu] = cpus();
  let commit = 'unknown';
  try {
    commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    // Not in a clone.
  }
  return `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}; Node ${process.versions.node}, SQLite ${String(sqlite)}; commit ${commit}; ${new Date().toISOString().slice(0, 10)}`;
}
