/** Lists of events as one text. JSON text has no line feed of its own. */

const SEPARATOR = '\n';

export function joinedEvents(events: readonly string[]): string {
  return events.join(SEPARATOR);
}

export function splitEvents(text: string): readonly string[] {
  return text.split(SEPARATOR);
}
