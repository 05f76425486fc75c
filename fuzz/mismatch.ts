/** Something that the server did and must not do. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

export function assertThat(isSo: boolean, why: () => string): asserts isSo {
  if (!isSo) throw new Mismatch(why());
}

/** A value as a failure shows it. */
export function shown(value: unknown, most = 1_500): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
