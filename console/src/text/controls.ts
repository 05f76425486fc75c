/** Characters that control a terminal or the direction of text, or that nobody sees; not line breaks and tabs. */
const CONTROL = String.raw`(?![\n\t])[\p{Cc}\p{Cf}\p{DI}\u2028\u2029]`;
/** Emoji, and letters of Arabic and Indian scripts, which invisible joiners may stand between. */
const JOINED = String.raw`[\u0600-\u0DFF\p{ExtPict}\p{EMod}\uFE0F]`;
/** Tags of a region after a black flag, such as `gbeng`: the region's flag. Longer tags could hide text. */
const FLAG = String.raw`(?<=\u{1F3F4})[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}`;
const NEEDED = String.raw`${FLAG}|(?<=\p{ExtPict})\uFE0F|(?<=[\d#*])\uFE0F(?=\u20E3)|(?<=${JOINED})[\u200C\u200D](?=${JOINED})`;

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
