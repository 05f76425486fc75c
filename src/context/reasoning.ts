import { objectsOf, stringField, type JsonObject } from '../base/json-object.ts';
import type { ContextReasoning } from '../model/port.ts';
import type { Repairs } from './repairs.ts';
import type { SealedReasoning } from './sealed-reasoning.ts';

export interface ReasoningParams {
  /** The model that is shown the context. */
  readonly model: string;
  /** Opens the server's own encrypted reasoning; `undefined` for any other. */
  readonly openReasoning: (blob: string) => SealedReasoning | undefined;
}

/** Returns reasoning as the model may see it: its own, and in plain text. `author` is the item's model if known. */
export function contextReasoning(
  item: JsonObject,
  author: string | undefined,
  { model, openReasoning }: ReasoningParams,
  repairs: Repairs,
): ContextReasoning | undefined {
  const blob = stringField(item, 'encrypted_content') ?? '';
  const opened = openReasoning(blob);
  if ((author ?? opened?.model ?? model) !== model) {
    repairs.add('other_model_reasoning');
    return undefined;
  }
  const isForeign = blob !== '' && opened === undefined;
  if (isForeign) repairs.add('foreign_reasoning');
  const stored = texts(item, 'content');
  const content = stored.length > 0 ? stored : (opened?.texts ?? []).map((text) => ({ text }));
  if (isForeign && content.length === 0) return undefined;
  return {
    type: 'reasoning',
    content,
    summary: texts(item, 'summary'),
    encrypted_content: opened?.encrypted,
  };
}

function texts(item: JsonObject, field: string): readonly { readonly text: string }[] {
  return objectsOf(item, field).flatMap((part) => {
    const text = stringField(part, 'text');
    return text === undefined ? [] : [{ text }];
  });
}
