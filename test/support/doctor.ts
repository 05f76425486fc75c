import { expect } from 'vitest';
import { runProcess, type ProcessOptions } from './process.ts';

export interface Finding {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly fix?: string;
}

/** States of the checks that any intact store passes. */
export const ALL_OK = {
  configuration: 'ok',
  'model server': 'ok',
  database: 'ok',
  schema: 'ok',
  places: 'ok',
  items: 'ok',
  counts: 'ok',
  retention: 'ok',
  search: 'ok',
};

/** User without rights, for tests of permissions; `undefined` unless root runs the tests. */
export const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** Runs doctor and returns its findings. Asserts that its exit code, its error and its fixes fit the findings. */
export async function examine(
  url: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<{ readonly code: number | null; readonly findings: readonly Finding[] }> {
  const all = ['doctor', '--json', ...(url === '' ? [] : ['--database-url', url]), ...args];
  const { code, stdout, stderr } = await runProcess(all, options);
  // Sound: what the command prints with --json.
  const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: Finding[] };
  const hasFailed = checks.some(({ state }) => state === 'failed');
  expect(healthy).toBe(!hasFailed);
  expect(code).toBe(hasFailed ? 1 : 0);
  expect(stderr).toMatch(hasFailed ? /^colloquy: unwell: .+\n {2}fix: .+\n$/ : /^$/);
  for (const { check, state, detail, fix } of checks) {
    expect(detail, `print the detail of ${check} on one line`).toMatch(/^[^\n]+$/);
    if (state !== 'ok') expect(fix, `give ${check} a fix on one line`).toMatch(/^[^\n]+$/);
  }
  return { code, findings: checks };
}

/** Returns the finding of one check. */
export function findingOf(findings: readonly Finding[], check: string): Finding | undefined {
  return findings.find((finding) => finding.check === check);
}

/** Returns the states of the findings by check. */
export function statesOf(findings: readonly Finding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ check, state }) => [check, state]));
}
