import { isJsonObject, stringField } from '../base/json-object.ts';
import type { TextSeal } from './seal.ts';

/** Reasoning that a client keeps in `encrypted_content`. */
export interface SealedReasoning {
  readonly texts: readonly string[];
  /** The model that reasoned. */
  readonly model: string;
  /** Reasoning in a form that only the model server reads. */
  readonly encrypted?: string | undefined;
}

export function sealReasoning(seal: TextSeal, tenant: string, reasoning: SealedReasoning): string {
  return seal.seal(JSON.stringify(reasoning), { tenant, purpose: 'reasoning' });
}

/** Opens a tenant's own sealed reasoning; `undefined` for anything else. */
export function openReasoning(
  seal: TextSeal,
  tenant: string,
  sealed: string,
): SealedReasoning | undefined {
  const text = seal.open(sealed, { tenant, purpose: 'reasoning' });
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isJsonObject(value)) return undefined;
  const { texts } = value;
  const model = stringField(value, 'model');
  if (!Array.isArray(texts) || model === undefined) return undefined;
  return {
    texts: texts.filter((entry) => typeof entry === 'string'),
    model,
    encrypted: stringField(value, 'encrypted'),
  };
}
