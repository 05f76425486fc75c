const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const TODAY = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

const MINUTE = 60;
const HOUR = 3600;
const DAY_SECONDS = 86_400;

/** A moment, in Unix seconds, as a person would name it; the exact time is its tooltip. */
export function Time({
  at,
  as = 'relative',
}: {
  readonly at: number;
  readonly as?: 'relative' | 'clock' | 'exact';
}) {
  const date = new Date(at * 1000);
  return (
    <time dateTime={date.toISOString()} title={EXACT.format(date)}>
      {as === 'clock' ? CLOCK.format(date) : as === 'exact' ? FULL.format(date) : nameOf(date)}
    </time>
  );
}

/** Returns how long it is until a moment in the future, in words. */
export function timeUntil(at: number): string {
  const seconds = at - Date.now() / 1000;
  if (seconds <= 0) return 'now';
  if (seconds < HOUR) return RELATIVE.format(Math.ceil(seconds / MINUTE), 'minute');
  if (seconds < DAY_SECONDS) return RELATIVE.format(Math.round(seconds / HOUR), 'hour');
  return `in ${Math.round(seconds / DAY_SECONDS)} days`;
}

function nameOf(date: Date): string {
  const now = new Date();
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (seconds < MINUTE && seconds > -MINUTE) return 'just now';
  if (seconds > 0 && seconds < HOUR)
    return RELATIVE.format(-Math.floor(seconds / MINUTE), 'minute');
  if (date.toDateString() === now.toDateString()) return `today ${TODAY.format(date)}`;
  if (seconds > 0 && seconds < 6 * DAY_SECONDS) {
    return RELATIVE.format(-Math.ceil(seconds / DAY_SECONDS), 'day');
  }
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_OF_YEAR).format(date);
}

/** Returns the day of a moment, for the line between two days. */
export function dayOf(at: number): string {
  return DAY_OF_YEAR.format(new Date(at * 1000));
}
