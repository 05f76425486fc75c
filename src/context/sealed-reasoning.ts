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
  // Sound: a text for this purpose opens only if `sealReasoning` has sealed it.
  return text === undefined ? undefined : (JSON.parse(text) as SealedReasoning);
}
