import { useMemo, useRef, useState } from 'preact/hooks';
import type { Conversation, Item } from '../api/objects.ts';
import { textOf } from '../items/fields.ts';
import { pairsOf } from '../transcript/pairing.ts';
import type { ItemWindow } from '../transcript/item-window.ts';
import { askingOf, type Asking, type Input } from './asking.ts';
import { AskFailure } from './ask-failure.tsx';
import { hasModels } from './models.ts';
import { leadToProblem, SettingsFields } from './settings-fields.tsx';
import { outputOf, waitingIn } from './waiting.ts';
import { Approvals, OutputFields } from './waiting-fields.tsx';

/** Asks a model at the end of a conversation. Nothing is drawn where the server or the caller cannot. */
export function Composer({
  items,
  conversation,
}: {
  readonly items: ItemWindow;
  readonly conversation: Pick<Conversation, 'permissions'> | undefined;
}) {
  const mayUpdate = conversation?.permissions?.includes('update') === true;
  if (!hasModels() || !mayUpdate || items.gone.value !== undefined) return null;
  if (items.opening.value === 0) return null;
  return <Form key={items.conversation} items={items} />;
}

function Form({ items }: { readonly items: ItemWindow }) {
  const asking = askingOf(items.conversation);
  const entries = items.entries.value;
  const waiting = useMemo(
    () => (items.hasNewer ? { calls: [], approvals: [] } : waitingIn(entries, pairsOf(entries))),
    [entries],
  );
  const [outputs, setOutputs] = useState<Readonly<Record<string, string>>>({});
  const [decisions, setDecisions] = useState<Readonly<Record<string, boolean>>>({});
  const form = useRef<HTMLFormElement>(null);
  const text = asking.text.value;
  const isRunning = asking.isRunning;
  const answered = waiting.calls.filter(({ id }) => (outputs[id] ?? '') !== '');
  const canSend = text.trim() !== '' || answered.length > 0;
  const send = (): void => {
    if (!canSend || isRunning || leadToProblem(form.current)) return;
    const given: readonly Input[] = [
      ...answered.map((call) => outputOf(call, outputs[call.id] ?? '')),
      ...(text.trim() === '' ? [] : [{ type: 'message', role: 'user', content: text }]),
    ];
    begin(items, asking, given);
  };
  const decide = (id: string, approve: boolean): void => {
    const all = { ...decisions, [id]: approve };
    setDecisions(all);
    if (isRunning || waiting.approvals.some((request) => all[request.id] === undefined)) return;
    if (leadToProblem(form.current)) return;
    begin(
      items,
      asking,
      waiting.approvals.map((request) => ({
        type: 'mcp_approval_response',
        approval_request_id: request.id,
        approve: all[request.id],
      })),
      serversOf(waiting.approvals),
    );
  };
  return (
    <form
      ref={form}
      class={isRunning || asking.note.value !== '' ? 'composer busy' : 'composer'}
      aria-label="Ask a model"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        send();
      }}
    >
      <AskFailure asking={asking} />
      {!isRunning && (
        <>
          <Approvals requests={waiting.approvals} decisions={decisions} decide={decide} />
          <OutputFields
            calls={waiting.calls}
            outputs={outputs}
            change={(id, output) => setOutputs({ ...outputs, [id]: output })}
          />
        </>
      )}
      <textarea
        class="ask-text"
        aria-label="Message"
        rows={1}
        placeholder={waiting.calls.length > 0 ? 'A message besides, if you like' : 'Ask the model'}
        value={text}
        onInput={(event) => {
          asking.text.value = event.currentTarget.value;
        }}
      />
      <div class="ask-bar">
        <SettingsFields
          settings={asking.settings.value}
          change={(settings) => {
            asking.settings.value = settings;
          }}
        />
        <span class="ask-state quiet" role="status">
          {stateOf(asking)}
        </span>
        {isRunning ? (
          <button
            type="button"
            disabled={asking.phase.value === 'stopping'}
            onClick={() => void asking.stop(items.entries.value.at(-1)?.id)}
          >
            Stop
          </button>
        ) : (
          <button type="submit" class="main" disabled={!canSend} title="Ctrl Enter">
            Send
          </button>
        )}
      </div>
    </form>
  );
}

/** Sends, at the end of the conversation: the reader is taken there. */
function begin(
  items: ItemWindow,
  asking: Asking,
  input: readonly Input[],
  tools: readonly object[] = [],
): void {
  if (items.hasNewer) void items.open('last');
  void asking.send(input, tools);
}

function serversOf(requests: readonly Item[]): readonly object[] {
  const labels = new Set(requests.map((request) => textOf(request['server_label'])));
  return [...labels].map((server_label) => ({ type: 'mcp', server_label }));
}

function stateOf({ phase, note }: Asking): string {
  switch (phase.value) {
    case 'sending':
      return 'Waiting for the model…';
    case 'streaming':
      return 'The model answers…';
    case 'stopping':
      return 'Stopping…';
    case 'ended':
      return '';
    default:
      return note.value;
  }
}
