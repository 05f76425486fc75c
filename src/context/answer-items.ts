import type { JsonObject } from '../base/json-object.ts';
import type { ContextItem } from '../model/port.ts';
import { contextItem, type Translation } from './context-item.ts';
import { Repairs } from './repairs.ts';

/** Returns the messages and calls of an answer as a model is shown them. */
export function answerItems(items: readonly JsonObject[]): readonly ContextItem[] {
  const translation: Translation = {
    model: '',
    openReasoning: () => undefined,
    openCompaction: () => undefined,
    approvalOutput: () => undefined,
    repairs: new Repairs(),
  };
  return items
    .filter(({ type }) => type !== 'reasoning' && type !== 'compaction')
    .flatMap((item) => contextItem(item, undefined, translation) ?? []);
}
