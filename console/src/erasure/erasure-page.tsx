import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure, type ApiFailure } from '../api/client.ts';
import { mayDelete, principal } from '../api/session.ts';
import { mayNotRead } from '../conversations/empty.tsx';
import { parseQuery } from '../conversations/query.ts';
import { Failure } from '../look/failure.tsx';
import { ResultHeading } from '../look/result-heading.tsx';
import { useTitle } from '../look/title.ts';
import { conversations } from '../text/numbers.ts';
import { inTrash } from '../trash/in-trash.ts';
import { chosen, chooseForErasure } from './chosen.ts';
import { ConfirmErasure } from './confirm-erasure.tsx';
import { count, sumOf, type ErasureFilter, type Sum } from './erasure.ts';
import { fieldsOf, FilterForm, filterOf, type FormFields } from './filter-form.tsx';
import { Receipts } from './receipts.tsx';
import { forgetErasure, noteSeen, running, startErasure } from './running.ts';

type Step =
  | { readonly is: 'choosing' }
  | { readonly is: 'counting' }
  | {
      readonly is: 'counted';
      readonly filter: ErasureFilter;
      readonly sum: Sum;
      readonly trashed: string | undefined;
    };

/** Deletes a person's conversations for good: whose they are, how many, and the receipt. It reads none of them. */
export function ErasurePage({ query }: { readonly query: string }) {
  const { filters, problems } = parseQuery(query);
  const ids = chosen.value;
  const [fields, setFields] = useState<FormFields>(() => fieldsOf(filters));
  const [step, setStep] = useState<Step>({ is: 'choosing' });
  const [failure, setFailure] = useState<ApiFailure>();
  const abort = useRef<AbortController>(undefined);
  useTitle('Erase');
  const begin = (next: Step): AbortSignal => {
    abort.current?.abort();
    abort.current = new AbortController();
    setFailure(undefined);
    setStep(next);
    return abort.current.signal;
  };
  const countAll = async (filter: ErasureFilter | undefined): Promise<void> => {
    if (filter === undefined) return;
    const signal = begin({ is: 'counting' });
    try {
      const [sum, trashed] = await Promise.all([count(filter, signal), trashedOf(filter, signal)]);
      setStep({ is: 'counted', filter, sum, trashed });
    } catch (error) {
      if (signal.aborted) return;
      setFailure(asFailure(error));
      setStep({ is: 'choosing' });
    }
  };
  const eraseAll = (filter: ErasureFilter, sum: Sum): void => {
    chooseForErasure([]);
    setStep({ is: 'choosing' });
    void startErasure(filter, { query, of: sum.matched - sum.held });
  };
  const again = (): void => {
    forgetErasure();
    setFields({ owner: '', pairs: [] });
    setStep({ is: 'choosing' });
  };
  const asked = (): ErasureFilter | undefined =>
    ids.length > 0 ? { conversation_ids: ids } : filterOf(fields);
  // From the list, where the filters were read already, the count is there at once.
  useEffect(() => {
    const isForOthers = ids.length > 0 || (query !== '' && running.value?.query !== query);
    if (running.value?.isSeen === true && isForOthers) forgetErasure();
    // A filter that was not understood is missing, and the count would be too high.
    if (running.value === undefined && problems.length === 0) void countAll(asked());
    return () => abort.current?.abort();
  }, []);
  const unused = filters.filter(
    (filter) => filter.pair === undefined && filter.owner === undefined,
  );
  const isAllowed = principal.value === undefined || mayDelete();
  const erasure = running.value;
  const isChoosing = erasure === undefined;
  useEffect(() => {
    if (erasure?.hasEnded === true && !erasure.isSeen) noteSeen();
  }, [erasure]);
  return (
    <main id="main" class="list narrow" tabIndex={-1} aria-busy={step.is === 'counting'}>
      <h1 id="title" tabIndex={-1}>
        Erase
      </h1>
      <p class="lead quiet">
        Conversations are deleted for good, with their items and responses, and also what of them is
        in the trash. Nobody can bring them back. You do not need to be able to read them.
      </p>
      {!isAllowed && <p class="note">You may not delete conversations on this server.</p>}
      {isAllowed && unused.length > 0 && (
        <p class="note">
          An erasure is by owner and metadata. It does not take:{' '}
          {unused.map(({ label }) => label).join(', ')}. To erase just those, mark them in the list.
        </p>
      )}
      {isAllowed && problems.length > 0 && (
        <p class="note">
          The bar has what is no filter, and is left out here: {problems.join(' ')}
        </p>
      )}
      {isAllowed && isChoosing && ids.length > 0 && (
        <p class="note">
          {conversations(ids.length)} marked in the list.{' '}
          <button type="button" class="plain" onClick={() => forgetMarked(setStep)}>
            Choose by owner or metadata instead
          </button>
        </p>
      )}
      {isAllowed && isChoosing && ids.length === 0 && (
        <FilterForm
          fields={fields}
          change={(next) => {
            setFields(next);
            setStep({ is: 'choosing' });
          }}
          submit={() => void countAll(filterOf(fields))}
          isBusy={step.is === 'counting'}
        />
      )}
      {isChoosing && step.is === 'counted' && (
        <ConfirmErasure
          sum={step.sum}
          trashed={step.trashed}
          erase={() => eraseAll(step.filter, step.sum)}
        />
      )}
      {failure !== undefined && <Failure failure={failure} />}
      {erasure?.hasEnded === false && (
        <Progress deleted={sumOf(erasure.receipts).deleted} of={erasure.of} />
      )}
      {erasure?.failure !== undefined && (
        <>
          <Failure failure={erasure.failure} />
          <p class="note">
            It was cut off. What the receipts below count is deleted: erase again for the rest.
          </p>
        </>
      )}
      {erasure?.hasEnded === true && <Receipts receipts={erasure.receipts} again={again} />}
    </main>
  );
}

/** Says how many that match are in the trash. What is marked in the list is not. */
async function trashedOf(
  { owner, metadata = {}, conversation_ids: ids }: ErasureFilter,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (ids !== undefined || mayNotRead()) return undefined;
  const pairs = Object.entries(metadata).map(
    ([key, value]) => [`metadata[${key}]`, value] as const,
  );
  const parameters = owner === undefined ? pairs : [['owner', owner] as const, ...pairs];
  // The count is true without it.
  return inTrash(parameters, signal).catch(() => undefined);
}

function forgetMarked(setStep: (step: Step) => void): void {
  chooseForErasure([]);
  setStep({ is: 'choosing' });
}

function Progress({ deleted, of }: { readonly deleted: number; readonly of: number }) {
  return (
    <div class="erasing">
      <ResultHeading>Erasing</ResultHeading>
      <progress max={of} value={deleted} aria-label="Erasure" />
      <p role="status">
        {deleted} of {conversations(of)} erased. Keep this tab open: the erasure goes on while you
        look at other pages.
      </p>
    </div>
  );
}
