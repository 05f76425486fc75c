import type { Item } from '../api/objects.ts';
import { fields, list, textOf } from './fields.ts';

/** How a call ended. */
export interface Outcome {
  /** Empty where nothing is known. */
  readonly word: string;
  readonly isFailure: boolean;
}

const NOTHING: Outcome = { word: '', isFailure: false };

/** Returns how a call ended, by its own fields and those of its output. */
export function outcomeOf(item: Item, output: Item | undefined): Outcome {
  const error = item['error'];
  if (error !== undefined && error !== null && error !== '') return failure('failed');
  const ended = output ?? item;
  const exits = ended.type === 'shell_call_output' ? list(ended['output']) : [];
  const outcomes = exits.map((exit) => fields(exit['outcome']));
  if (outcomes.some(({ type }) => type === 'timeout')) return failure('timed out');
  const code = outcomes.map((each) => each['exit_code']).find((each) => each !== 0);
  if (typeof code === 'number') return failure(`exit ${code}`);
  const statuses = [textOf(item['status']), textOf(output?.['status'])];
  const other = statuses.find((status) => status !== '' && status !== 'completed');
  if (other !== undefined) return failure(other.slice(0, 40).replaceAll('_', ' '));
  const isDone = output !== undefined || !WAITING.test(item.type);
  return isDone && statuses.includes('completed') ? { word: 'done', isFailure: false } : NOTHING;
}

/** Calls whose end is in another item. */
const WAITING = /^(function|custom_tool|tool_search|computer|local_shell|shell|apply_patch)_call$/;

function failure(word: string): Outcome {
  return { word, isFailure: true };
}
