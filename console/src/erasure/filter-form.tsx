import { useState } from 'preact/hooks';
import { Icon } from '../look/icons.tsx';
import { usePairFocus } from '../look/pair-focus.ts';
import type { Filter } from '../conversations/query.ts';
import { seen, seenKeys } from '../conversations/seen.ts';
import type { ErasureFilter } from './erasure.ts';

export interface FormFields {
  readonly owner: string;
  readonly pairs: readonly (readonly [key: string, value: string])[];
}

/** Returns what the filters of the bar put into the form. */
export function fieldsOf(filters: readonly Filter[]): FormFields {
  const pairs = filters.flatMap(({ pair }) => (pair === undefined ? [] : [pair]));
  return { owner: filters.find(({ owner }) => owner !== undefined)?.owner ?? '', pairs };
}

/** Returns the filter that the form describes; `undefined` while it is empty. */
export function filterOf({ owner, pairs }: FormFields): ErasureFilter | undefined {
  const filled = pairs.filter(([key, value]) => key !== '' && value !== '');
  if (owner === '' && filled.length === 0) return undefined;
  return {
    ...(owner !== '' && { owner }),
    ...(filled.length > 0 && { metadata: Object.fromEntries(filled) }),
  };
}

/** Asks whose conversations are meant: by the owner, by metadata, or both. */
export function FilterForm({
  fields,
  change,
  submit,
  isBusy,
}: {
  readonly fields: FormFields;
  readonly change: (fields: FormFields) => void;
  readonly submit: () => void;
  readonly isBusy: boolean;
}) {
  // An empty pair is there to be filled.
  const pairs = fields.pairs.length === 0 ? [['', ''] as const] : fields.pairs;
  const setPair = (index: number, pair: readonly [string, string]): void =>
    change({ ...fields, pairs: pairs.with(index, pair) });
  const [isAsked, setAsked] = useState(false);
  const group = usePairFocus(pairs.length);
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (filterOf(fields) !== undefined) submit();
      }}
    >
      <label for="erase-owner">Owner</label>
      <input
        id="erase-owner"
        value={fields.owner}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => change({ ...fields, owner: event.currentTarget.value })}
      />
      <fieldset ref={group}>
        <legend>Metadata</legend>
        {pairs.map(([key, value], index) => (
          <div key={index} class="pair-fields">
            <input
              data-key
              aria-label={`Key ${index + 1}`}
              placeholder="user_id"
              list="erase-keys"
              value={key}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setPair(index, [event.currentTarget.value, value])}
            />
            <input
              aria-label={`Value ${index + 1}`}
              placeholder="user-17"
              value={value}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setPair(index, [key, event.currentTarget.value])}
            />
            {pairs.length > 1 && (
              <button
                type="button"
                class="plain"
                aria-label={`Remove the pair ${index + 1}`}
                onClick={() => change({ ...fields, pairs: pairs.toSpliced(index, 1) })}
              >
                <Icon name="close" />
              </button>
            )}
          </div>
        ))}
        <button
          type="button"
          class="plain"
          onClick={() => change({ ...fields, pairs: [...pairs, ['', '']] })}
        >
          + Another pair
        </button>
        {seen.value.size > 0 && (
          <datalist id="erase-keys">
            {seenKeys().map((key) => (
              <option key={key} value={key} />
            ))}
          </datalist>
        )}
      </fieldset>
      <p class="quiet">
        All that you fill in must match, exactly and with its case. Empty fields do not count.
      </p>
      <p class="problem" role="alert">
        {isAsked && filterOf(fields) === undefined && 'Name an owner, or a key with its value.'}
      </p>
      <button type="submit" aria-busy={isBusy}>
        Count them
      </button>
    </form>
  );
}
