const WHOLE = new Intl.NumberFormat('en-GB');
const SHORT = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

export function count(value: number): string {
  return WHOLE.format(value);
}

/** Returns a number of conversations in words. */
export function conversations(value: number): string {
  return `${count(value)} ${value === 1 ? 'conversation' : 'conversations'}`;
}

/** Returns a number of items in words, with a word for which they are. */
export function items(value: number, which = ''): string {
  return `${count(value)} ${which === '' ? '' : `${which} `}${value === 1 ? 'item' : 'items'}`;
}

/** Returns a position, which counts from 0, as people count. */
export function ordinal(position: number): string {
  return `#${count(position + 1)}`;
}

/** Returns a number of bytes with its unit. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1_000_000
    ? `${SHORT.format(value / 1000)} kB`
    : `${SHORT.format(value / 1_000_000)} MB`;
}

/** Returns a text with its middle left out when it is longer than `most`. */
export function middleCut(text: string, most = 18): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 5)}…${text.slice(-4)}`;
}

/** Returns a time in milliseconds with the unit that fits it. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${count(Math.floor(seconds / 60))} min ${Math.round(seconds) % 60} s`;
}
