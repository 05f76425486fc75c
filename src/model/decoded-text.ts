/** Decodes a part of a URL, or returns it as it is when it is not encoded well. */
export function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
