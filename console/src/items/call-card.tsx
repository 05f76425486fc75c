import type { Item } from '../api/objects.ts';
import { bytes, duration, ordinal } from '../text/numbers.ts';
import { fragmentOf } from '../place.ts';
import { isStub, type Entry } from './entry.ts';
import { CardHead } from './card-head.tsx';
import { BareBody, type Shelf } from './item-body.tsx';
import { textOf } from './fields.ts';

/** A call and its output in one card, at the place of the call. Either may be missing. */
export function CallCard({
  item,
  call,
  output,
  items,
}: {
  readonly item: Item;
  readonly call: Entry | undefined;
  readonly output: Entry | undefined;
  readonly items: Shelf;
}) {
  if (call === undefined) {
    return (
      <section class="card">
        <CardHead item={item} />
        {needsCall(item) && <p class="quiet">Its call is not here: not loaded, or not stored.</p>}
        <BareBody item={item} items={items} />
      </section>
    );
  }
  const answer = output === undefined || isStub(output.item) ? undefined : output.item;
  return (
    <section class="card">
      <CardHead item={item} output={answer}>
        {output !== undefined && <Between call={call} output={output} items={items} />}
      </CardHead>
      <BareBody item={item} items={items} />
      {output === undefined && needsOutput(item) && <p class="quiet">No output is stored.</p>}
      {output !== undefined && isStub(output.item) && (
        <p class="quiet">Its output has {bytes(output.item.bytes)}: open it at its own place.</p>
      )}
      {answer !== undefined && <BareBody item={answer} items={items} />}
    </section>
  );
}

/** The time from a call to its output, and where that is. */
function Between({
  call,
  output,
  items,
}: {
  readonly call: Entry;
  readonly output: Entry;
  readonly items: Shelf;
}) {
  const seconds = output.createdAt - call.createdAt;
  return (
    <>
      {seconds > 0 && (
        <span class="quiet" title="From the call to its output">
          {seconds < 10 ? `${seconds} s` : duration(seconds * 1000)}
        </span>
      )}
      <span class="quiet">
        output{' '}
        {items.conversation === undefined ? (
          ordinal(output.position)
        ) : (
          <a href={fragmentOf({ page: 'conversation', id: items.conversation, item: output.id })}>
            {ordinal(output.position)}
          </a>
        )}
      </span>
    </>
  );
}

/** A search of tools by the model server itself has no call id. */
function needsCall(item: Item): boolean {
  return item.type !== 'tool_search_output' || textOf(item['call_id']) !== '';
}

function needsOutput(item: Item): boolean {
  return item.type !== 'tool_search_call' || textOf(item['call_id']) !== '';
}
