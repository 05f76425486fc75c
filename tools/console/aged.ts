/** Minutes since the last activity of the latest conversations. Older ones are a day apart. */
const MINUTES = [3, 19, 47, 128, 290, 1500, 3100, 4600, 7400];
const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 1440 * MS_PER_MINUTE;
/** Between two items. */
const STEP_MS = 40_000;
/** Days for which a conversation has been in the trash. */
const DAYS_IN_TRASH = 2;

interface Line {
  readonly conversation?: Fields;
  readonly item?: Fields;
  readonly response?: Fields;
}
type Fields = Record<string, unknown>;

/** Returns an archive in which the conversations were made over some days, each item after the one before. */
export function aged(archive: string): string {
  const lines = archive.trimEnd().split('\n');
  // Sound: each line of an archive is an object with one of these, or with other fields.
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  const conversations = parsed.flatMap(({ conversation }) =>
    conversation === undefined ? [] : [conversation],
  );
  const latestFirst = conversations.toSorted(
    (left, right) => Number(right['created_at_ms']) - Number(left['created_at_ms']),
  );
  const ages = new Map(latestFirst.map(({ id }, index) => [id, ageOf(index)]));
  const lengths = new Map(
    conversations.map(({ id, next_position: length }) => [id, Number(length)]),
  );
  const ageOfItem = (id: unknown, position: number): number =>
    (ages.get(id) ?? 0) + ((lengths.get(id) ?? 0) - position) * STEP_MS;
  for (const { conversation, item, response } of parsed) {
    if (conversation !== undefined) {
      shift(conversation, ageOfItem(conversation['id'], 0));
      shift(conversation, DAYS_IN_TRASH * MS_PER_DAY, ['deleted_at_ms', 'purge_at_ms']);
    }
    if (item !== undefined)
      shift(item, ageOfItem(item['conversation_id'], Number(item['position'])));
    if (response !== undefined) {
      const age = ages.get(response['conversation_id']) ?? 0;
      shift(response, age);
      shift(response['data'] as Fields, age / 1000, ['created_at', 'completed_at']);
    }
  }
  return `${parsed.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

function ageOf(index: number): number {
  const days = Math.max(0, index - MINUTES.length + 1);
  return (MINUTES[index] ?? MINUTES.at(-1) ?? 0) * MS_PER_MINUTE + days * MS_PER_DAY;
}

function shift(fields: Fields, by: number, names: readonly string[] = ['created_at_ms']): void {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number') fields[name] = Math.round(value - by);
  }
}
