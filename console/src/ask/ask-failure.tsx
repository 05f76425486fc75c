import { ARRIVED, type Asking } from './asking.ts';

/** Why a turn has failed, and what can be done about it. Nothing of it is stored, and what was typed is still there. */
export function AskFailure({ asking }: { readonly asking: Asking }) {
  const failure = asking.failure.value;
  if (failure === undefined) return null;
  const { message, code, requestId } = failure;
  if (code === ARRIVED) return <Arrived asking={asking} />;
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

/** The question before has reached the server, though its answer was lost: it is not asked twice without a choice. */
function Arrived({ asking }: { readonly asking: Asking }) {
  return (
    <div class="ask-failure" role="alert">
      <p>
        The question before this one, whose answer was lost, has reached the server: it is stored,
        or will be as soon as it is answered. This one was not sent to the model.
      </p>
      <p class="answers">
        <button type="button" class="main" onClick={() => void asking.showSent()}>
          Show its answer
        </button>
        <button type="button" onClick={() => void asking.again({ isBesides: true })}>
          Ask this as well
        </button>
        <button type="button" class="plain" onClick={() => asking.giveUp()}>
          Leave it
        </button>
      </p>
    </div>
  );
}
