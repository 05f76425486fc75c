import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { asFailure, call } from '../api/client.ts';
import { Disclosure } from '../items/disclosure.tsx';
import { Facts } from '../items/facts.tsx';
import { DrawingContext } from '../text/kept.ts';
import { ToolList } from '../items/tool-list.tsx';
import { Value } from '../items/value.tsx';
import { fragmentOf } from '../place.ts';
import { LongText } from '../text/long-text.tsx';
import { count } from '../text/numbers.ts';
import type { Turn } from './turn.ts';
import { SeenItems } from './seen-items.tsx';

/** All of a turn. Its instructions and tools may be large, and are loaded now. */
export function TurnDetails({ response }: { readonly response: Turn }) {
  const [whole, setWhole] = useState<Turn>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const path = `responses/${encodeURIComponent(response.id)}?exclude[]=output&include[]=report`;
    call<Turn>(path).then(setWhole, (error: unknown) => setProblem(asFailure(error).message));
  }, [response.id]);
  return (
    <div class="turn-details">
      <Ending response={response} />
      <Changes response={response} />
      <Tokens response={response} />
      {problem !== '' && <p class="problem">{problem}</p>}
      {whole === undefined ? (
        problem === '' && <p class="quiet">Loading…</p>
      ) : (
        <Request response={whole} />
      )}
      <Disclosure name="What the model saw">
        <SeenItems response={response.id} count={response.report?.output_position} />
      </Disclosure>
      <p class="quiet">
        <code>{response.id}</code>
      </p>
    </div>
  );
}

/** How a response has ended: why it has failed, or is not whole. */
function Ending({ response }: { readonly response: Turn }) {
  const { status, error, incomplete_details: details } = response;
  if (error !== null) {
    return (
      <p class="problem">
        {error.message} <code>{error.code}</code>
      </p>
    );
  }
  if (status === 'completed') return <p class="quiet">completed</p>;
  if (details === null) return null;
  return <p class="problem">It ended early: {details.reason.replaceAll('_', ' ')}.</p>;
}

/** What each rule of repairs has changed, in words. */
const RULES: Readonly<Record<string, string>> = {
  truncated_turn: 'turns left out, since the context is too long',
  compacted_item: 'items for which a summary stood',
  hosted_item: 'items of tools that another server runs, left out',
  unknown_item: 'items of unknown types, left out',
  unknown_part: 'parts of unknown types, left out',
  foreign_reasoning: 'pieces of reasoning that this server cannot open',
  foreign_compaction: 'compactions that this server cannot open',
  other_model_reasoning: 'pieces of reasoning of another model, left out',
  open_approval: 'open requests for an approval, shown as refused',
  call_without_output: 'calls without output, answered or left out',
  output_without_call: 'outputs without a call, left out',
};

function Changes({ response }: { readonly response: Turn }) {
  const repairs = Object.entries(response.report?.repairs ?? {});
  if (repairs.length === 0) return null;
  return (
    <div>
      <p class="label">Changed in what the model was shown; what is stored stays as it is</p>
      <ul class="changes">
        {repairs.map(([rule, times]) => (
          <li key={rule} title={rule}>
            <b>{count(times)}</b> {RULES[rule] ?? rule.replaceAll('_', ' ')}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Tokens({ response: { usage } }: { readonly response: Turn }) {
  if (usage === null) return <p class="quiet">The model server has not counted tokens.</p>;
  const rows = [
    ['input', usage.input_tokens],
    ['of them cached', usage.input_tokens_details.cached_tokens],
    ['output', usage.output_tokens],
    ['of them reasoning', usage.output_tokens_details.reasoning_tokens],
    ['total', usage.total_tokens],
  ] as const;
  return (
    <dl class="tokens">
      {rows.map(([name, tokens]) => (
        <Pair key={name} name={name}>
          {count(tokens)}
        </Pair>
      ))}
    </dl>
  );
}

function Pair({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the request has asked for. */
function Request({ response }: { readonly response: Turn }) {
  const conversation = useContext(DrawingContext)?.conversation;
  const { instructions, tools, previous_response_id: previous, metadata } = response;
  const format = response.text?.format;
  return (
    <>
      {typeof instructions === 'string' && instructions !== '' && (
        <Disclosure name="instructions" isOpen={instructions.length < 240}>
          <LongText text={instructions} name="instructions" />
        </Disclosure>
      )}
      {typeof instructions === 'object' && instructions !== null && (
        <Value name="instructions" value={instructions} />
      )}
      {tools.length > 0 && <ToolList name="tools" tools={tools} />}
      <Facts
        of={{
          temperature: response.temperature,
          top_p: response.top_p,
          max_output_tokens: response.max_output_tokens,
          'reasoning effort': response.reasoning?.effort,
          'reasoning summary': response.reasoning?.summary,
          tool_choice: response.tool_choice,
          parallel_tool_calls: response.parallel_tool_calls,
          truncation: response.truncation,
          service_tier: response.service_tier,
          background: response.background,
          'output format': format?.type === 'text' ? 'text' : format,
          metadata,
          'previous response': previous,
        }}
      />
      {conversation === undefined && response.conversation !== undefined && (
        <a
          href={fragmentOf({ page: 'conversation', id: response.conversation.id, item: undefined })}
        >
          {response.conversation.id}
        </a>
      )}
    </>
  );
}
