import { useEffect, useState } from 'preact/hooks';
import type { Conversation } from '../api/objects.ts';
import { fragmentOf } from '../place.ts';
import { middleCut, ordinal } from '../text/numbers.ts';
import { positionOf } from './requests.ts';

export type ForkOrigin = NonNullable<Conversation['forked_from']>;

/** The last item that a fork has of its source, with its position as soon as that is known. */
export function Place({
  origin: { conversation_id: source, item_id: item },
}: {
  readonly origin: ForkOrigin;
}) {
  const [position, setPosition] = useState<number>();
  useEffect(() => {
    if (item !== null) void positionOf(source, item).then(setPosition);
  }, [source, item]);
  if (item === null) return <span class="quiet">before its first item</span>;
  return (
    <span class="quiet">
      after{' '}
      <a href={fragmentOf({ page: 'conversation', id: source, item })} title={item}>
        {position === undefined ? middleCut(item, 14) : ordinal(position)}
      </a>
    </span>
  );
}
