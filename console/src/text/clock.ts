import { signal } from '@preact/signals';

/** How times are shown: as a person would name them, or to the second. */
export const TIME_STYLES = ['relative', 'exact'] as const;
export const ZONES = ['local', 'UTC'] as const;
type TimeStyle = (typeof TIME_STYLES)[number];
type Zone = (typeof ZONES)[number];

const STYLE_STORED_AS = 'colloquy.times';
const ZONE_STORED_AS = 'colloquy.zone';

export const timeStyle = signal<TimeStyle>(stored(STYLE_STORED_AS, TIME_STYLES));
export const zone = signal<Zone>(stored(ZONE_STORED_AS, ZONES));

const TICK_MS = 30_000;
/** Milliseconds of the present moment, which relative times are drawn by. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), TICK_MS);

function stored<Choice extends string>(
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = localStorage.getItem(name);
  return choices.find((choice) => choice === text) ?? choices[0];
}

export function chooseTimeStyle(next: TimeStyle): void {
  timeStyle.value = next;
  localStorage.setItem(STYLE_STORED_AS, next);
}

export function chooseZone(next: Zone): void {
  zone.value = next;
  localStorage.setItem(ZONE_STORED_AS, next);
}

const made = new Map<string, Intl.DateTimeFormat>();

/** Returns the format of a name in the zone of the reader's choice. */
function formatOf(name: keyof typeof FORMATS): Intl.DateTimeFormat {
  const key = `${name} ${zone.value}`;
  const format =
    made.get(key) ??
    new Intl.DateTimeFormat('en-GB', {
      ...FORMATS[name],
      ...(zone.value === 'UTC' && { timeZone: 'UTC' }),
    });
  made.set(key, format);
  return format;
}

const FORMATS = {
  minutes: { hour: '2-digit', minute: '2-digit' },
  clock: { timeStyle: 'medium' },
  year: { year: 'numeric' },
  day: { day: 'numeric', month: 'short' },
  dayOfYear: { day: 'numeric', month: 'short', year: 'numeric' },
  exact: { dateStyle: 'medium', timeStyle: 'medium' },
  full: { dateStyle: 'full', timeStyle: 'long' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Returns a date in the reader's zone. */
export function dateText(date: Date, name: keyof typeof FORMATS): string {
  return formatOf(name).format(date);
}

/** Returns the second at which a day such as `2026-11-01`, or the one `later` days after it, begins in the reader's zone. `undefined` for what is no day. */
export function secondOfDay(day: string, later = 0): number | undefined {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const inUtc = new Date(Date.UTC(year, month - 1, date));
  if (Number.isNaN(inUtc.getTime()) || !inUtc.toISOString().startsWith(`${day}T`)) return undefined;
  const start =
    zone.value === 'UTC'
      ? Date.UTC(year, month - 1, date + later)
      : new Date(year, month - 1, date + later).getTime();
  return start / 1000;
}
