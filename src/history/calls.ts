import type { JsonObject } from '../base/json-object.ts';
import { isModelMade } from './authors.ts';
import { callIdOf, isCall, isOutput, madeOutput } from './call-kinds.ts';
import type { Entry, Findings } from './findings.ts';
import { pair, type Pairing } from './pairing.ts';

/** Output of a call that was interrupted. */
export const NO_OUTPUT = 'The call was interrupted; there is no output.';

export interface CallOptions {
  /** Treatment of a call without output: it is removed, gets an output that says so, or stays as it is. */
  readonly openCalls: 'drop' | 'answer' | 'keep';
  /** `open` if the outputs of the last calls may still follow. */
  readonly tail: 'open' | 'closed';
}

/** Gives every call one output after it, and every output a call. */
export function withPairedCalls(
  entries: readonly Entry[],
  options: CallOptions,
  findings: Findings,
): readonly Entry[] {
  const pairing = pair(entries);
  const moved = new Set<Entry>();
  const rest = entries.filter((entry) => staysInPlace(entry, pairing, moved, findings));
  const tail = options.tail === 'open' ? lastGroupStart(rest.map(({ item }) => item)) : Infinity;
  const result: Entry[] = [];
  /** Outputs for the end of the current group. */
  let pending: Entry[] = [];
  for (const [place, entry] of rest.entries()) {
    const { item } = entry;
    if (!isModelMade(item)) {
      result.push(...pending);
      pending = [];
    }
    const output = pairing.outputs.get(entry);
    if (output !== undefined && moved.has(output)) pending.push(output);
    const isOpen = isCall(item) && output === undefined && place < tail;
    const answer = isOpen ? closed(entry, options, findings) : undefined;
    if (answer === 'drop') continue;
    result.push(entry);
    if (answer !== undefined) pending.push({ item: answer, index: entry.index });
  }
  return [...result, ...pending];
}

/** Moves the outputs of each group directly after it, in the order of its calls. */
export function withOutputsAfterGroups(entries: readonly Entry[]): readonly Entry[] {
  const { outputs } = pair(entries);
  const result: Entry[] = [];
  let pending: Entry[] = [];
  for (const entry of entries) {
    if (!isModelMade(entry.item)) {
      result.push(...pending);
      pending = [];
    }
    if (isOutput(entry.item)) continue;
    result.push(entry);
    const output = outputs.get(entry);
    if (output !== undefined) pending.push(output);
  }
  return [...result, ...pending];
}

/**
 * Returns the index of the first item of the last group, if only outputs and approvals follow it: calls from there on
 * may still be answered. Without such a group, no calls follow the index.
 */
export function lastGroupStart(items: readonly JsonObject[]): number {
  const end = items.findLastIndex(
    (item) => !isOutput(item) && item['type'] !== 'mcp_approval_response',
  );
  const start = items.findLastIndex((item, index) => index <= end && !isModelMade(item));
  return start + 1;
}

function staysInPlace(
  entry: Entry,
  { roles }: Pairing,
  moved: Set<Entry>,
  findings: Findings,
): boolean {
  const call = `call ${callIdOf(entry.item) ?? ''}`;
  switch (roles.get(entry)) {
    case undefined:
    case 'answer':
      return true;
    case 'orphan': {
      const message =
        callIdOf(entry.item) === undefined
          ? 'The output does not name a call.'
          : `The ${call} of the output is missing.`;
      return !findings.add(entry, { rule: 'output_without_call', fix: 'drop', message });
    }
    case 'duplicate': {
      const message = `The ${call} has another output.`;
      return !findings.add(entry, { rule: 'duplicate_output', fix: 'drop', message });
    }
    case 'early': {
      const message = `The output stands before its ${call}.`;
      const moves = findings.add(entry, { rule: 'output_before_call', fix: 'move', message });
      if (moves) moved.add(entry);
      return !moves;
    }
  }
}

/** Reports a call without output. Returns the output to insert, or `drop` to remove the call. */
function closed(
  entry: Entry,
  { openCalls }: CallOptions,
  findings: Findings,
): JsonObject | 'drop' | undefined {
  const callId = callIdOf(entry.item);
  const message =
    callId === undefined ? 'The call has no call_id.' : `The call ${callId} has no output.`;
  const rule = 'call_without_output';
  if (openCalls === 'keep') {
    findings.add(entry, { rule, fix: 'none', message });
    return undefined;
  }
  const answer = openCalls === 'answer' ? madeOutput(entry.item, NO_OUTPUT) : undefined;
  const fix = answer === undefined ? 'drop' : 'insert';
  return findings.add(entry, { rule, fix, message }) ? (answer ?? 'drop') : undefined;
}
