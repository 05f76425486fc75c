import type { ComponentChildren } from 'preact';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Item } from '../api/objects.ts';
import { ItemBody } from '../items/item-body.tsx';
import { lineOf, reasoningText, nameInHead, roleOf } from '../items/lines.ts';
import { contentText } from '../items/content.ts';
import { textOf } from '../items/fields.ts';
import { Code } from '../text/code.tsx';
import { count } from '../text/numbers.ts';
import { LongText } from '../text/long-text.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { hidesTexts } from '../transcript/view.ts';
import type { FormingItem } from './answer.ts';
import { askingOf, type Input } from './asking.ts';
import { isStoredIn, showStored } from './stored.ts';
import { useSettledEnd, useStayingAtEnd } from './settled-end.ts';

/** Number of the latest streamed items that are drawn. */
const MOST_FORMING = 50;

/** What was asked and what the model has answered so far, below the stored items, until it is one of them. */
export function StreamedRows({
  items,
  scroller,
}: {
  readonly items: ItemWindow;
  readonly scroller: RefObject<HTMLElement | null>;
}) {
  const asking = askingOf(items.conversation);
  const place = useRef<HTMLDivElement>(null);
  const { items: forming } = asking.answer.value;
  const hasEnded = asking.phase.value === 'ended';
  useEffect(() => {
    if (hasEnded) void showStored(items, asking);
  }, [hasEnded, items]);
  const isStored = isStoredIn(items, asking);
  useStayingAtEnd(scroller);
  useSettledEnd({ scroller, place, asking, isStored });
  const asked = asking.asked.value;
  const hasFailed = asking.failure.value !== undefined;
  const isElsewhere = items.hasNewer && !hasEnded;
  if (asked === undefined || isElsewhere) return <div ref={place} />;
  return (
    <div ref={place} class="streamed" aria-busy={asking.isRunning}>
      {!isStored && (
        <>
          {asked.input.map((input, index) => (
            <AskedRow key={index} input={input} items={items} hasFailed={hasFailed} />
          ))}
          {forming.length > MOST_FORMING && (
            <p class="quiet">{count(forming.length - MOST_FORMING)} items precede these.</p>
          )}
          {forming
            .slice(-MOST_FORMING)
            .map(
              (each) =>
                each !== undefined && (
                  <FormingRow
                    key={each.item.id}
                    forming={each}
                    items={items}
                    hasFailed={hasFailed}
                  />
                ),
            )}
          {asking.phase.value === 'sending' && (
            <article class="row">
              <div class="margin">
                <span class="who">assistant</span>
              </div>
              <p class="said quiet dots">waiting for the first word</p>
            </article>
          )}
        </>
      )}
    </div>
  );
}

function AskedRow({
  input,
  items,
  hasFailed,
}: {
  readonly input: Input;
  readonly items: ItemWindow;
  readonly hasFailed: boolean;
}) {
  const item: Item = { id: '', ...input };
  const text = textOf(input['content']) || textOf(input['output']);
  return (
    <TurnRow item={item} hasFailed={hasFailed}>
      {text === '' ? <ItemBody item={item} items={items} /> : <LongText text={text} />}
    </TurnRow>
  );
}

function FormingRow({
  forming: { item, isDone },
  items,
  hasFailed,
}: {
  readonly forming: FormingItem;
  readonly items: ItemWindow;
  readonly hasFailed: boolean;
}) {
  return (
    <TurnRow item={item} streamed={item.id} hasFailed={hasFailed}>
      {isDone ? <ItemBody item={item} items={items} /> : <Forming item={item} />}
    </TurnRow>
  );
}

/** A row of an item that is not stored yet. */
function TurnRow({
  item,
  streamed,
  hasFailed,
  children,
}: {
  readonly item: Item;
  /** Set when the turn has ended without being stored. */
  readonly hasFailed: boolean;
  /** The id of an item that the model makes. */
  readonly streamed?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <article class="row" data-streamed={streamed} data-role={roleOf(item)}>
      <div class="margin">
        <span class="who">{roleOf(item)}</span>
        {hasFailed && <span class="not-stored">not stored</span>}
      </div>
      <div class="said">{hidesTexts.value ? <Hidden /> : children}</div>
    </article>
  );
}

/** Stands where texts are not shown. */
export function Hidden() {
  return <p class="quiet">Texts are hidden.</p>;
}

/** An item that is made, as text: what it becomes is not known before its end. */
function Forming({ item }: { readonly item: Item }) {
  if (item.type === 'message') {
    return <LongText text={contentText(item['content'])} />;
  }
  if (item.type === 'reasoning') {
    return (
      <div class="quiet">
        <LongText text={reasoningText(item)} />
      </div>
    );
  }
  const given = textOf(item['arguments']) || textOf(item['input']);
  return (
    <section class="card">
      <p class="card-head">
        <strong>{nameInHead(item)}</strong>{' '}
        <span class="quiet">{item.type.replaceAll('_', ' ')}</span>
      </p>
      <Code text={given === '' ? lineOf(item) : given} name="arguments" />
    </section>
  );
}
