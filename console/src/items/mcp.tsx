import { useContext } from 'preact/hooks';
import type { Item } from '../api/objects.ts';
import { fragmentOf } from '../place.ts';
import { LongText } from '../text/long-text.tsx';
import { textOf } from './fields.ts';
import { DrawingContext } from '../text/kept.ts';
import { ToolList } from './tool-list.tsx';
import { Value } from './value.tsx';

interface BodyProps {
  readonly item: Item;
}

/** A call of an MCP server's tool, which has its output within. */
export function McpCall({ item }: BodyProps) {
  const { error, output, arguments: given } = item;
  const hasFailed = error !== undefined && error !== null;
  const approved = textOf(item['approval_request_id']);
  return (
    <>
      <Value name="arguments" value={given} />
      {(!hasFailed || typeof output === 'string') && <Value name="output" value={output} />}
      {hasFailed && <Value name="error" value={error} />}
      {approved !== '' && (
        <p class="quiet">
          Approved: <ItemLink id={approved} />
        </p>
      )}
    </>
  );
}

export function McpTools({ item }: BodyProps) {
  return (
    <>
      <ToolList
        name={`tools of ${textOf(item['server_label']).slice(0, 80)}`}
        tools={item['tools']}
      />
      {textOf(item['error']) !== '' && <p class="problem">{textOf(item['error'])}</p>}
    </>
  );
}

export function ApprovalRequest({ item }: BodyProps) {
  return (
    <>
      <p>The model asks for permission to make this call.</p>
      <Value name="arguments" value={item['arguments']} />
    </>
  );
}

export function ApprovalResponse({ item }: BodyProps) {
  const reason = textOf(item['reason']);
  return (
    <>
      <p>
        <strong>{item['approve'] === true ? 'Approved' : 'Refused'}</strong>{' '}
        <span class="quiet">
          the call <ItemLink id={textOf(item['approval_request_id'])} />
        </span>
      </p>
      {reason !== '' && <LongText text={reason} name="reason" />}
    </>
  );
}

/** A link to another item of the same conversation. */
function ItemLink({ id }: { readonly id: string }) {
  const conversation = useContext(DrawingContext)?.conversation;
  if (conversation === undefined || id === '') return <code>{id}</code>;
  return <a href={fragmentOf({ page: 'conversation', id: conversation, item: id })}>{id}</a>;
}
