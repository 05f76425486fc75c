import { useEffect, useRef, useState } from 'preact/hooks';
import { asFailure, type ApiFailure } from '../api/client.ts';
import type { Receipt } from '../api/objects.ts';
import { mayDelete, principal } from '../api/session.ts';
import { dropList } from '../conversations/kept-list.ts';
import { parseQuery } from '../conversations/query.ts';
import { Failure } from '../look/failure.tsx';
import { useTitle } from '../look/title.ts';
import { conversations } from '../text/numbers.ts';
import { chosen, chooseForErasure } from './chosen.ts';
import { ConfirmErasure } from './confirm-erasure.tsx';
import { count, erase, sumOf, type ErasureFilter, type Sum } from './erasure.ts';
import { fieldsOf, FilterForm, filterOf, type FormFields } from './filter-form.tsx';
import { Receipts } from './receipts.tsx';

type Step =
  | { readonly is: 'choosing' }
  | { readonly is: 'counting' }
  | { readonly is: 'counted'; readonly filter: ErasureFilter; readonly sum: Sum }
  | { readonly is: 'erasing'; readonly of: number }
  | { readonly is: 'erased' };

/** Deletes a person's conversations for good: whose they are, how many, and the receipt. It reads none of them. */
export function ErasurePage({ query }: { readonly query: string }) {
  const { filters } = parseQuery(query);
  const ids = chosen.value;
  const [fields, setFields] = useState<FormFields>(() => fieldsOf(filters));
  const [step, setStep] = useState<Step>({ is: 'choosing' });
  const [receipts, setReceipts] = useState<readonly Receipt[]>([]);
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
    setReceipts([]);
    try {
      setStep({ is: 'counted', filter, sum: await count(filter, signal) });
    } catch (error) {
      if (signal.aborted) return;
      setFailure(asFailure(error));
      setStep({ is: 'choosing' });
    }
  };
  const eraseAll = async (filter: ErasureFilter, sum: Sum): Promise<void> => {
    const signal = begin({ is: 'erasing', of: sum.matched - sum.held });
    try {
      await erase(filter, signal, (receipt) => setReceipts((before) => [...before, receipt]));
    } catch (error) {
      setFailure(asFailure(error));
    }
    dropList();
    chooseForErasure([]);
    setStep({ is: 'erased' });
  };
  // From the list, where the filters were read already, the count is there at once.
  useEffect(() => {
    const filter = ids.length > 0 ? { conversation_ids: ids } : filterOf(fields);
    void countAll(filter);
    return () => abort.current?.abort();
  }, []);
  const unused = filters.filter(
    (filter) => filter.pair === undefined && filter.owner === undefined,
  );
  const isAllowed = principal.value === undefined || mayDelete();
  const isChoosing = step.is === 'choosing' || step.is === 'counting' || step.is === 'counted';
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
      {step.is === 'counted' && (
        <ConfirmErasure sum={step.sum} erase={() => void eraseAll(step.filter, step.sum)} />
      )}
      {step.is === 'erasing' && <Progress deleted={sumOf(receipts).deleted} of={step.of} />}
      {failure !== undefined && <Failure failure={failure} />}
      {failure !== undefined && step.is === 'erased' && (
        <p class="note">
          It was cut off. What the receipts below count is deleted: erase again for the rest.
        </p>
      )}
      {step.is === 'erased' && (
        <Receipts
          receipts={receipts}
          again={() => {
            setFields({ owner: '', pairs: [] });
            setFailure(undefined);
            setStep({ is: 'choosing' });
          }}
        />
      )}
    </main>
  );
}

function forgetMarked(setStep: (step: Step) => void): void {
  chooseForErasure([]);
  setStep({ is: 'choosing' });
}

function Progress({ deleted, of }: { readonly deleted: number; readonly of: number }) {
  return (
    <div class="erasing">
      <progress max={of} value={deleted} aria-label="Erasure" />
      <p role="status">
        {deleted} of {conversations(of)} erased. Keep this page open; what is deleted stays deleted.
      </p>
    </div>
  );
}
