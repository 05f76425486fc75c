/** JSON text within the fields of an item, as a reader takes it. */

const BEGINNING = /^\s*["[{]/;
const STRINGS = /"(?:[^"\\]|\\.)*"/g;
/** JSON within strings of JSON that is read. */
const DEEPEST = 4;

/**
 * Returns JSON text with its strings, keys included, unescaped, also where these are JSON again; any other text as it is.
 * The result is for reading and no longer JSON.
 */
export function unescapedJson(text: string, depth = 0): string {
  if (depth === DEEPEST || !text.includes('\\') || !BEGINNING.test(text) || !isJson(text))
    return text;
  return text.replaceAll(STRINGS, (literal) => {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? `"${unescapedJson(value, depth + 1)}"` : literal;
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
