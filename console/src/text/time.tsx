import { dateText, now, timeStyle, zone } from './clock.ts';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const MINUTE = 60;
const HOUR = 3600;
const DAY_SECONDS = 86_400;

/**
 * A moment, in Unix seconds, as the reader wants times: as a person would name it, or exact. The full time is its tooltip.
 * A `clock` stands below its day, and leaves it out.
 */
export function Time({
  at,
  as = 'moment',
}: {
  readonly at: number;
  readonly as?: 'moment' | 'clock' | 'exact';
}) {
  const date = new Date(at * 1000);
  const name = NAMES[as](date);
  return (
    <time dateTime={date.toISOString()} title={dateText(date, 'full')}>
      {name}
    </time>
  );
}

/** Returns how long it is until a moment in the future, in words. */
export function timeUntil(at: number): string {
  const seconds = at - now.value / 1000;
  if (seconds <= 0) return 'now';
  if (seconds < HOUR) return RELATIVE.format(Math.ceil(seconds / MINUTE), 'minute');
  if (seconds < DAY_SECONDS) return RELATIVE.format(Math.round(seconds / HOUR), 'hour');
  return `in ${Math.round(seconds / DAY_SECONDS)} days`;
}

function exactOf(date: Date): string {
  return `${dateText(date, 'exact')}${zone.value === 'UTC' ? ' UTC' : ''}`;
}

function clockOf(date: Date): string {
  if (timeStyle.value === 'exact') return dateText(date, 'clock');
  return recently(date) ?? dateText(date, 'minutes');
}

function nameOf(date: Date): string {
  if (timeStyle.value === 'exact') return exactOf(date);
  const recent = recently(date);
  if (recent !== undefined) return recent;
  const today = new Date(now.value);
  const days = dayNumber(today) - dayNumber(date);
  if (days === 0) return `today ${dateText(date, 'minutes')}`;
  if (days > 0 && days < 7) return RELATIVE.format(-days, 'day');
  const isThisYear = dateText(date, 'year') === dateText(today, 'year');
  return dateText(date, isThisYear ? 'day' : 'dayOfYear');
}

/** Returns the number of a date's day in the reader's zone. */
function dayNumber(date: Date): number {
  const ahead = zone.value === 'UTC' ? 0 : -date.getTimezoneOffset();
  return Math.floor((date.getTime() / 1000 + ahead * MINUTE) / DAY_SECONDS);
}

/** Returns the name of a moment within the last hour. */
function recently(date: Date): string | undefined {
  const seconds = (now.value - date.getTime()) / 1000;
  if (seconds < MINUTE && seconds > -MINUTE) return 'just now';
  if (seconds <= 0 || seconds >= HOUR) return undefined;
  return RELATIVE.format(-Math.floor(seconds / MINUTE), 'minute');
}

/** Returns the day of a moment, for the line between two days. */
export function dayOf(at: number): string {
  const day = dateText(new Date(at * 1000), 'dayOfYear');
  return zone.value === 'UTC' ? `${day} UTC` : day;
}

const NAMES = { moment: nameOf, clock: clockOf, exact: exactOf };
