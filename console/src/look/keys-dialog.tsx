import { useRef } from 'preact/hooks';
import { useKeys } from './keys.ts';

const KEYS: readonly (readonly [keys: string, effect: string])[] = [
  ['/', 'the bar for filters, words and ids'],
  ['j  k', 'next and previous item, or row of a list'],
  ['x  X', 'mark a row, or all up to it'],
  ['Enter', 'details of the item'],
  ['Escape', 'close the details'],
  ['g g', 'first item'],
  ['G', 'last item'],
  ['l', 'follow the conversation while it grows'],
  ['m  o', 'messages, or an outline'],
  ['c j', 'copy the item of the details as JSON'],
  ['c u', 'as curl'],
  ['c t', 'as TypeScript'],
  ['c p', 'as Python'],
  ['y', 'copy the link to it'],
  ['?', 'this list'],
];

/** The list of keys, which `?` opens. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useKeys({ '?': () => dialog.current?.showModal() });
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <h1 id="keys-title">Keys</h1>
      <dl>
        {KEYS.map(([keys, effect]) => (
          <div key={keys} class="key-row">
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
