import type { ComponentChildren } from 'preact';
import type { Item } from '../api/objects.ts';
import { Icon } from '../look/icons.tsx';
import { nameInHead } from './lines.ts';
import { outcomeOf } from './outcome.ts';

/** The first line of a tool's card: its name, its kind, and how it ended. */
export function CardHead({
  item,
  output,
  children,
}: {
  readonly item: Item;
  /** The output of a call; `undefined` for none, or where it is not known. */
  readonly output?: Item | undefined;
  readonly children?: ComponentChildren;
}) {
  const name = nameInHead(item);
  const kind = item.type.replaceAll('_', ' ');
  const { word, isFailure } = outcomeOf(item, output);
  const callId = item['call_id'];
  return (
    <p class="card-head">
      <Icon name="tool" />
      <strong>
        <bdi>{name}</bdi>
      </strong>
      {!kind.startsWith(name) && (
        <span class="quiet" {...(typeof callId === 'string' && { title: callId })}>
          {kind}
        </span>
      )}
      {word !== '' && (
        <span class={isFailure ? 'outcome failed' : 'outcome'}>
          <span aria-hidden="true">{isFailure ? '✕' : '✓'}</span> {word}
        </span>
      )}
      {children}
    </p>
  );
}
