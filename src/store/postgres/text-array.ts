/** Type of the elements: `text`. */
const TEXT_OID = 25;
const NUMBER_BYTES = 4;

/**
 * Returns a list of texts as PostgreSQL receives a parameter of the type `text[]` in binary, by `array_recv`: the number
 * of dimensions, a flag for nulls, the type, the dimension's length and lower bound, then each element after its length.
 * The form as text would have every quotation mark of the stored JSON escaped.
 */
export function textArray(texts: readonly string[]): Buffer {
  const head = texts.length === 0 ? [0, 0, TEXT_OID] : [1, 0, TEXT_OID, texts.length, 1];
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const bytes = lengths.reduce((sum, length) => sum + length, 0);
  const buffer = Buffer.allocUnsafe((head.length + lengths.length) * NUMBER_BYTES + bytes);
  let at = 0;
  for (const number of head) at = buffer.writeInt32BE(number, at);
  texts.forEach((text, index) => {
    at = buffer.writeInt32BE(lengths[index] ?? 0, at);
    at += buffer.write(text, at);
  });
  return buffer;
}
