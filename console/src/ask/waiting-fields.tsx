import type { Item } from '../api/objects.ts';
import { parsed, textOf } from '../items/fields.ts';
import { toolName } from '../items/lines.ts';

/** A field for the output of each call that waits for one. */
export function OutputFields({
  calls,
  outputs,
  change,
}: {
  readonly calls: readonly Item[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly change: (id: string, output: string) => void;
}) {
  return (
    <>
      {calls.map((call) => {
        const output = outputs[call.id] ?? '';
        const isBroken = /^\s*[[{]/.test(output) && parsed(output) === undefined;
        return (
          <label key={call.id} class="ask-output">
            <span>
              Output of <code>{toolName(call)}</code>{' '}
              <span class="quiet">{brief(textOf(call['arguments']) || textOf(call['input']))}</span>
            </span>
            <textarea
              rows={2}
              placeholder="What the tool would answer: text or JSON"
              value={output}
              onInput={(event) => change(call.id, event.currentTarget.value)}
            />
            {isBroken && <span class="quiet">This is no JSON yet. It is sent as it stands.</span>}
          </label>
        );
      })}
    </>
  );
}

/** Calls that the model asks permission for. They are sent when all are decided. */
export function Approvals({
  requests,
  decisions,
  decide,
}: {
  readonly requests: readonly Item[];
  readonly decisions: Readonly<Record<string, boolean>>;
  readonly decide: (id: string, approve: boolean) => void;
}) {
  if (requests.length === 0) return null;
  return (
    <div class="ask-approvals">
      {requests.map((request) => (
        <p key={request.id}>
          <span>
            May the model call <code>{toolName(request)}</code>?{' '}
            <code dir="ltr" tabIndex={0} class="asked-arguments">
              {textOf(request['arguments'])}
            </code>
          </span>
          <Decision
            name="Approve"
            isChosen={decisions[request.id] === true}
            choose={() => decide(request.id, true)}
          />
          <Decision
            name="Refuse"
            isChosen={decisions[request.id] === false}
            choose={() => decide(request.id, false)}
          />
        </p>
      ))}
      {requests.length > 1 && <p class="quiet">The answers are sent when all are decided.</p>}
    </div>
  );
}

function Decision({
  name,
  isChosen,
  choose,
}: {
  readonly name: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
}) {
  return (
    <button type="button" aria-pressed={isChosen} onClick={choose}>
      {name}
    </button>
  );
}

const MOST = 80;

function brief(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
