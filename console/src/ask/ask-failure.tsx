import { ARRIVED, type Asking, type SendOptions } from './asking.ts';

/** Why a turn has failed, and what can be done about it. Nothing of it is stored, and what was typed is still there. */
export function AskFailure({ asking }: { readonly asking: Asking }) {
  const failure = asking.failure.value;
  if (failure === undefined) return null;
  const { message, code, requestId } = failure;
  const isLocked = code === 'conversation_locked';
  const hasArrived = code === ARRIVED;
  const again = (name: string, options: SendOptions = {}) => (
    <button type="button" onClick={() => void asking.again(options)}>
      {name}
    </button>
  );
  return (
    <div class="ask-failure" role="alert">
      <p>
        {isLocked
          ? 'Another client has a turn in this conversation, and nothing was sent to the model.'
          : hasArrived
            ? 'The question before has reached the server, though its answer was lost. This one was not sent.'
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
        {hasArrived && (
          <button type="button" onClick={() => void asking.showSent()}>
            Show its answer
          </button>
        )}
        {hasArrived ? again('Ask this as well', { asksAnyway: true }) : again('Try again')}
        {isLocked && again('Stop that turn, and ask', { interrupts: true })}
        <button type="button" class="plain" onClick={() => asking.giveUp()}>
          Leave it
        </button>
      </p>
    </div>
  );
}
