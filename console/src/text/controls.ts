/** Characters that control a terminal or the direction of text, or that nobody sees; not line breaks and tabs. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/** Returns a text in which invisible characters have a visible name. */
export function withVisibleControls(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${code}⟩`;
  });
}
