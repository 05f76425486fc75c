import { useRef } from 'preact/hooks';
import { useKeys } from './keys.ts';

const KEYS: readonly (readonly [keys: string, effect: string])[] = [
  ['/', 'the bar for filters, words and ids'],
  ['j  k', 'next and previous item, or row of a list'],
  ['x  X', 'mark a row, or all up to it'],
  ['g g  G', 'first and last item'],
  ['f', 'find in this conversation; Enter and Shift Enter lead from hit to hit'],
  ['Enter  d', 'details of the item'],
  ['Escape', 'close the details'],
  ['.', 'menu of the item'],
  ['m  o', 'messages, or an outline'],
  ['h', 'hide the texts, for a shared screen'],
  ['T', 'the item’s text plain, or as Markdown'],
  ['l', 'follow the conversation while it grows'],
  ['c j', 'copy the item as JSON'],
  ['c u', 'as curl'],
  ['c t', 'as TypeScript'],
  ['c p', 'as Python'],
  ['y', 'copy the link to it'],
  ['Ctrl Enter', 'send what is written for the model'],
  ['?', 'this list'],
];

/** The list of keys, which `?` opens. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useKeys({ '?': () => dialog.current?.showModal() });
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
      <h1 id="keys-title" tabIndex={-1} autofocus>
        Keys
      </h1>
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
      <p class="quiet">
        In the items of a conversation also <kbd>Page Down</kbd> <kbd>Page Up</kbd> for the next and
        previous one, <kbd>Home</kbd> <kbd>End</kbd> for the first and last.
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
