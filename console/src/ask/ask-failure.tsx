import type { Asking } from './asking.ts';

/** Why a turn has failed, and what can be done about it. Nothing of it is stored, and what was typed is still there. */
export function AskFailure({ asking }: { readonly asking: Asking }) {
  const failure = asking.failure.value;
  if (failure === undefined) return null;
  const { message, code, requestId } = failure;
  const isLocked = code === 'conversation_locked';
  return (
    <div class="ask-failure" role="alert">
      <p>
        {isLocked
          ? 'Another client has a turn in this conversation, and nothing was sent to the model.'
          : message}
      </p>
      <p class="quiet">
        {code !== undefined && <code>{code}</code>}
        {requestId !== undefined && (
          <>
            {' '}
            request <code>{requestId}</code>
          </>
        )}
      </p>
      <p class="answers">
        <button type="button" onClick={() => void asking.again()}>
          Try again
        </button>
        {isLocked && (
          <button type="button" onClick={() => void asking.again({ interrupts: true })}>
            Stop that turn, and ask
          </button>
        )}
        <button type="button" class="plain" onClick={() => asking.giveUp()}>
          Leave it
        </button>
      </p>
    </div>
  );
}
