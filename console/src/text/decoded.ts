/** Returns a part of an address with its escapes decoded; unchanged if it has none that can be. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
