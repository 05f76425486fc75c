/** The entries of a list that is written with commas, without the empty ones. */
export function commaSeparated(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
