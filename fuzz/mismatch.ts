/** Behaviour of the server that is wrong. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/** Throws a `Mismatch` unless the condition holds. */
export function assertThat(condition: boolean, why: () => string): asserts condition {
  if (!condition) throw new Mismatch(why());
}

/** Returns a value as a failure shows it, cut to `limit` characters. */
export function shown(value: unknown, limit = 1_500): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length} characters)`;
}
