import { copyAndTell } from '../text/clipboard.ts';
import { useState } from 'preact/hooks';
import type { Receipt } from '../api/objects.ts';
import { save } from '../text/save.ts';
import { ResultHeading } from '../look/result-heading.tsx';
import { bytes, conversations, count, items } from '../text/numbers.ts';
import { Time } from '../text/time.tsx';
import { sumOf } from './erasure.ts';

/** The receipts of an erasure, to be kept: without texts, and without the name of the person. */
export function Receipts({
  receipts,
  again,
}: {
  readonly receipts: readonly Receipt[];
  readonly again: () => void;
}) {
  const [note, setNote] = useState('');
  const [first] = receipts;
  const sum = sumOf(receipts);
  const isWhole = receipts.at(-1)?.has_more !== true;
  const text = `${JSON.stringify(receipts.length === 1 ? first : receipts, null, 2)}\n`;
  return (
    <section class="panel receipt" aria-label="Receipt">
      <div role="status">
        <ResultHeading>{conversations(sum.deleted)} erased</ResultHeading>
      </div>
      <p>
        {items(sum.items)}, {bytes(sum.bytes)} of text.
        {sum.held > 0 &&
          ` ${conversations(sum.held)} stayed: a hold keeps ${sum.held === 1 ? 'it' : 'them'}.`}
        {!isWhole && ' There is more: erase again.'}
      </p>
      {receipts.map((receipt) => (
        <dl key={receipt.id} class="facts-list">
          <dt>Receipt</dt>
          <dd>
            <code>{receipt.id}</code>
          </dd>
          <dt>Deleted</dt>
          <dd>
            {conversations(receipt.deleted)} of {count(receipt.matched)}
          </dd>
          <dt>Finished</dt>
          <dd>
            <Time at={receipt.finished_at} as="exact" />
          </dd>
          <dt>SHA-256 of the ids</dt>
          <dd>
            <code class="digest">{receipt.ids_sha256}</code>
          </dd>
        </dl>
      ))}
      <div class="answers">
        <button
          type="button"
          class="main"
          onClick={() => save(text, 'application/json', first?.id ?? 'erasure')}
        >
          Save the receipt
        </button>
        <button type="button" onClick={async () => setNote(await copyAndTell(text))}>
          Copy it
        </button>
        <button type="button" onClick={again}>
          Erase something else
        </button>
        <span role="status" class="quiet">
          {note}
        </span>
      </div>
      <p class="quiet">
        The audit log of the server has a line with the same id. The receipt names nobody and has no
        text; save it, since this page does not keep it.
      </p>
      {first !== undefined && (
        <>
          <h3>What the erasure does not reach</h3>
          <ul class="plain-list">
            {first.not_covered.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
