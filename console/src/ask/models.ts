import { signal } from '@preact/signals';
import { call } from '../api/client.ts';
import { server, signIns } from '../api/session.ts';

/** Names of the models that the server can ask, in its order; `undefined` until they are known. */
export const models = signal<readonly string[] | undefined>(undefined);
let loadedFor: number | undefined;

/** Asks for the models, once for a caller. Where that fails, a name can be typed. */
export async function loadModels(): Promise<void> {
  if (loadedFor === signIns.value) return;
  loadedFor = signIns.value;
  try {
    const { data } = await call<{ readonly data: readonly { readonly id: string }[] }>('models');
    models.value = data.map(({ id }) => id);
  } catch {
    models.value = [];
    loadedFor = undefined;
  }
}

/** Checks for a server that can ask a model. */
export function hasModels(): boolean {
  return server.value?.features.includes('responses') === true;
}
