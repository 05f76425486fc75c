import { ARRIVED, type Asking, type SendOptions } from './asking.ts';
import { leadToProblem } from './settings-fields.tsx';

/** Why a turn has failed, and what can be done about it. Nothing of it is stored, and what was typed is still there. */
export function AskFailure({ asking }: { readonly asking: Asking }) {
  const failure = asking.failure.value;
  if (failure === undefined) return null;
  const { message, code, requestId } = failure;
  const isLocked = code === 'conversation_locked';
  const hasArrived = code === ARRIVED;
  const again = (name: string, options?: SendOptions) => (
    <Way name={name} asks go={() => void asking.again(options)} />
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
        {hasArrived && <Way name="Show its answer" go={() => void asking.showSent()} />}
        {hasArrived ? again('Ask this as well', { asksAnyway: true }) : again('Try again')}
        {isLocked && again('Stop that turn, and ask', { interrupts: true })}
        <Way name="Leave it" look="plain" go={() => asking.giveUp()} />
      </p>
    </div>
  );
}

function Way({
  name,
  asks = false,
  look,
  go,
}: {
  readonly name: string;
  /** Set where the settings are sent. */
  readonly asks?: boolean;
  readonly look?: 'plain';
  readonly go: () => void;
}) {
  return (
    <button
      type="button"
      class={look}
      onClick={({ currentTarget }) => {
        if (asks && leadToProblem(currentTarget.form)) return;
        go();
        focusField();
      }}
    >
      {name}
    </button>
  );
}

/** Moves the focus to the field for a question, or to the heading where there is none: the buttons of the failure are removed. */
function focusField(): void {
  const field =
    document.querySelector<HTMLElement>('.ask-text') ?? document.getElementById('title');
  field?.focus();
}
