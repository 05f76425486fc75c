/** Characters that control a terminal or the direction of text, or that nobody sees; not line breaks and tabs. */
const CONTROL = String.raw`(?![\n\t])[\p{Cc}\p{Cf}\p{DI}\u2028\u2029]`;
/** Those that writing needs: in emoji, and between letters of scripts that join. */
const JOINED = String.raw`[\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}]`;
const NEEDED = [
  String.raw`(?<=\p{ExtPict})\uFE0F`,
  String.raw`(?<=[\d#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=[\p{ExtPict}\p{EMod}\uFE0F])\u200D(?=\p{ExtPict})`,
  String.raw`(?<=${JOINED})[\u200C\u200D](?=${JOINED})`,
].join('|');

const ANY = new RegExp(CONTROL, 'u');
const ALL = new RegExp(`(${NEEDED})|${CONTROL}`, 'gu');

/** Returns a text in which invisible characters have a visible name. */
export function withVisibleControls(text: string): string {
  if (!ANY.test(text)) return text;
  return text.replaceAll(ALL, (character, needed?: string) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return needed ?? `⟨U+${code}⟩`;
  });
}
