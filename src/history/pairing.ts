import { isCall, isOutput, pairKey } from './call-kinds.ts';
import { isModelMade } from './authors.ts';
import type { Entry } from './findings.ts';

/** Relation of an output to the calls of its list. An early one stands before the call that it answers. */
type OutputRole = 'answer' | 'early' | 'duplicate' | 'orphan';

/** Calls of a list, and the outputs that answer them. */
export interface Pairing {
  readonly outputs: ReadonlyMap<Entry, Entry>;
  readonly roles: ReadonlyMap<Entry, OutputRole>;
}

/** Calls of one key in one group that have no output yet, in order. */
interface OpenCalls {
  readonly group: number;
  readonly calls: Entry[];
}

/**
 * Pairs calls with outputs by kind and id. Servers exist that use an id again in each answer, so an output answers
 * the last group before it that has a call of its key; within a group, the first such call. A call takes the first
 * output after it, or else the first before it.
 */
export function pair(entries: readonly Entry[]): Pairing {
  const outputs = new Map<Entry, Entry>();
  const roles = new Map<Entry, OutputRole>();
  const open = new Map<string | undefined, OpenCalls>();
  const early: { readonly key: string | undefined; readonly output: Entry }[] = [];
  let group = 0;
  let isInGroup = false;
  for (const entry of entries) {
    const { item } = entry;
    const isOfModel = isModelMade(item);
    if (isOfModel && !isInGroup) group += 1;
    isInGroup = isOfModel;
    const key = pairKey(item);
    if (isCall(item) && key !== undefined) {
      const others = open.get(key);
      if (others?.group === group) others.calls.push(entry);
      else open.set(key, { group, calls: [entry] });
    } else if (isOutput(item)) {
      const calls = open.get(key)?.calls;
      const call = calls?.shift();
      if (call !== undefined) {
        outputs.set(call, entry);
        roles.set(entry, 'answer');
      } else if (calls !== undefined) {
        roles.set(entry, 'duplicate');
      } else {
        early.push({ key, output: entry });
      }
    }
  }
  for (const { key, output } of early) {
    const calls = open.get(key)?.calls;
    const call = calls?.shift();
    if (call !== undefined) outputs.set(call, output);
    roles.set(output, call !== undefined ? 'early' : calls !== undefined ? 'duplicate' : 'orphan');
  }
  return { outputs, roles };
}
