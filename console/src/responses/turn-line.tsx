import { useEffect, useMemo } from 'preact/hooks';
import type { Shelf } from '../items/item-body.tsx';
import { DrawingContext, useKept } from '../text/kept.ts';
import { count, duration } from '../text/numbers.ts';
import type { Entry } from '../items/entry.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { hidesTexts } from '../transcript/view.ts';
import type { Turn } from './turn.ts';
import { TurnDetails } from './turn-details.tsx';
import { isRemoved, turnsBehind, turnsOf } from './turn-window.ts';

/** Loads the turns of a window of items as the window goes. Draws nothing. */
export function TurnLoader({ items }: { readonly items: ItemWindow }) {
  const turns = turnsOf(items);
  const [entries, loaded] = [items.entries.value, turns.turns.value];
  useEffect(() => {
    if (items.isPlaced.value) void turns.cover(entries, !items.hasNewer);
  }, [turns, entries, loaded]);
  return null;
}

/** The turns that end behind an item, a line each. */
export function TurnLines({
  entry,
  next,
  items,
}: {
  readonly entry: Entry;
  /** The item that follows; `undefined` for the last one. */
  readonly next: Entry | undefined;
  readonly items: ItemWindow;
}) {
  const turns = turnsOf(items);
  const behind = turnsBehind(turns.turns.value, entry, next);
  // What follows may be not loaded yet.
  const isWhole = next !== undefined || !items.hasNewer;
  const failure = next === undefined ? turns.failure.value : undefined;
  if (behind.length === 0 && failure === undefined) return null;
  return (
    <div class="turns">
      {failure !== undefined && (
        <p class="problem">The turns could not be loaded: {failure.message}</p>
      )}
      {behind.map((turn) => (
        <TurnLine
          key={turn.response.id}
          response={turn.response}
          shelf={items}
          isRemoved={isWhole && isRemoved(turn, entry)}
        />
      ))}
    </div>
  );
}

/** A turn in a line: which model, how it ended, tokens and times. Opened, it shows what the model saw. */
function TurnLine({
  response,
  shelf,
  isRemoved: hasNone,
}: {
  readonly response: Turn;
  readonly shelf: Shelf;
  readonly isRemoved: boolean;
}) {
  const { conversation, opened } = shelf;
  const drawing = useMemo(
    () => ({ conversation, opened, name: response.id }),
    [conversation, opened, response.id],
  );
  return (
    <DrawingContext.Provider value={drawing}>
      <Line response={response} isRemoved={hasNone} />
    </DrawingContext.Provider>
  );
}

function Line({
  response,
  isRemoved: hasNone,
}: {
  readonly response: Turn;
  /** Set when the conversation has no items of it any more. */
  readonly isRemoved: boolean;
}) {
  const [isOpen, setOpen] = useKept('turn', false);
  return (
    <div class="turn">
      <button
        type="button"
        class="plain turn-line"
        aria-expanded={isOpen}
        title={response.id}
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        <bdi class="turn-model">{response.model}</bdi>
        <State response={response} />
        {hasNone && <span class="outcome">items removed</span>}
        <Repaired response={response} />
        <Figures response={response} />
      </button>
      {isOpen && !hidesTexts.value && <TurnDetails response={response} />}
    </div>
  );
}

function State({ response }: { readonly response: Turn }) {
  const { status } = response;
  if (status === 'completed') return null;
  const isFailure = status === 'failed' || status === 'incomplete';
  return <span class={isFailure ? 'outcome failed' : 'outcome'}>{wordOf(response)}</span>;
}

/** Returns how a turn has ended, in a few words. */
function wordOf({ status, incomplete_details: details, error }: Turn): string {
  const reason = details?.reason ?? error?.code;
  const word = status.replaceAll('_', ' ');
  return reason === undefined ? word : `${word}: ${reason.replaceAll('_', ' ')}`;
}

/** Says that the model was shown something else than what is stored. */
function Repaired({ response }: { readonly response: Turn }) {
  const { truncated_turn: leftOut = 0, ...repairs } = response.report?.repairs ?? {};
  const repaired = Object.values(repairs).reduce((sum, each) => sum + each, 0);
  return (
    <>
      {leftOut > 0 && (
        <span class="outcome">
          {count(leftOut)} {leftOut === 1 ? 'turn' : 'turns'} left out
        </span>
      )}
      {repaired > 0 && <span class="outcome">{count(repaired)} repaired</span>}
    </>
  );
}

/** Tokens and times, in columns. */
function Figures({ response }: { readonly response: Turn }) {
  const { usage, report } = response;
  const first = report?.time_to_first_token_ms ?? null;
  const whole = report?.duration_ms ?? null;
  return (
    <span class="figures">
      {usage !== null && (
        <span title={tokensTitle(usage)}>
          <b>{count(usage.input_tokens)}</b> in <b>{count(usage.output_tokens)}</b> out
        </span>
      )}
      {first !== null && (
        <span title={`${count(first)} ms from the request to the first token`}>
          first <b>{duration(first)}</b>
        </span>
      )}
      {whole !== null && (
        <span title={`${count(whole)} ms from the request to the end`}>
          whole <b>{duration(whole)}</b>
        </span>
      )}
    </span>
  );
}

function tokensTitle(usage: NonNullable<Turn['usage']>): string {
  const { cached_tokens: cached } = usage.input_tokens_details;
  const { reasoning_tokens: reasoning } = usage.output_tokens_details;
  return [
    `${count(usage.input_tokens)} input tokens, ${count(cached)} of them cached`,
    `${count(usage.output_tokens)} output tokens, ${count(reasoning)} of them reasoning`,
  ].join('; ');
}
