/** A text with some ranges of it marked. Ranges are in code points, in order, and do not overlap. */
export function Marked({
  text,
  ranges,
}: {
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
}) {
  const points = Array.from(text);
  const parts = ranges.flatMap(([start, end], index) => [
    points.slice(ranges[index - 1]?.[1] ?? 0, start).join(''),
    <mark key={start}>{points.slice(start, end).join('')}</mark>,
  ]);
  return (
    <>
      {parts}
      {points.slice(ranges.at(-1)?.[1] ?? 0).join('')}
    </>
  );
}
