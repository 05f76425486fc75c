import type { Entry } from '../items/entry.ts';

/** Two items of two branches that stand beside each other; one of them may be missing. */
export interface Match {
  readonly left: Entry | undefined;
  readonly right: Entry | undefined;
}

/** Bound of the comparisons of one turn. Longer ones are matched one by one. */
const MOST_CELLS = 40_000;

/** Puts the items of two branches beside each other: turn by turn, and by kind within each. */
export function matched(left: readonly Entry[], right: readonly Entry[]): readonly Match[] {
  const [lefts, rights] = [turnsOf(left), turnsOf(right)];
  const number = Math.max(lefts.length, rights.length);
  return Array.from({ length: number }, (_, at) =>
    matchedTurn(lefts[at] ?? [], rights[at] ?? []),
  ).flat();
}

/** Splits items before each message of a user. */
function turnsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const turns: Entry[][] = [[]];
  for (const entry of entries) {
    if (kindOf(entry) === 'message user') turns.push([]);
    turns.at(-1)?.push(entry);
  }
  return turns;
}

function kindOf({ item }: Entry): string {
  return 'role' in item ? `${item.type} ${String(item.role)}` : item.type;
}

/** Matches items of the same kind in their order, as many as there can be. */
function matchedTurn(left: readonly Entry[], right: readonly Entry[]): readonly Match[] {
  if (left.length * right.length > MOST_CELLS) {
    const number = Math.max(left.length, right.length);
    return Array.from({ length: number }, (_, at) => ({ left: left[at], right: right[at] }));
  }
  const [from, to] = [left.map(kindOf), right.map(kindOf)];
  const matches: Match[] = [];
  let [x, y] = [0, 0];
  for (const [nextX, nextY] of common(from, to)) {
    for (; x < nextX; x += 1) matches.push({ left: left[x], right: undefined });
    for (; y < nextY; y += 1) matches.push({ left: undefined, right: right[y] });
    matches.push({ left: left[x], right: right[y] });
    x += 1;
    y += 1;
  }
  for (; x < left.length; x += 1) matches.push({ left: left[x], right: undefined });
  for (; y < right.length; y += 1) matches.push({ left: undefined, right: right[y] });
  return matches;
}

/** Returns the places of a longest common subsequence of two lists, in order. */
export function common(
  from: readonly string[],
  to: readonly string[],
): readonly (readonly [x: number, y: number])[] {
  const width = to.length + 1;
  const lengths = new Uint16Array((from.length + 1) * width);
  for (let x = from.length - 1; x >= 0; x -= 1) {
    for (let y = to.length - 1; y >= 0; y -= 1) {
      const [down, across] = [lengths[(x + 1) * width + y], lengths[x * width + y + 1]];
      lengths[x * width + y] =
        from[x] === to[y]
          ? (lengths[(x + 1) * width + y + 1] ?? 0) + 1
          : Math.max(down ?? 0, across ?? 0);
    }
  }
  const places: (readonly [number, number])[] = [];
  for (let [x, y] = [0, 0]; x < from.length && y < to.length;) {
    if (from[x] === to[y]) {
      places.push([x, y]);
      x += 1;
      y += 1;
    } else if ((lengths[(x + 1) * width + y] ?? 0) >= (lengths[x * width + y + 1] ?? 0)) x += 1;
    else y += 1;
  }
  return places;
}
