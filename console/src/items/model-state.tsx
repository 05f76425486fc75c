import type { Item } from '../api/objects.ts';
import { bytes, count } from '../text/numbers.ts';
import { Markdown } from './markdown.tsx';
import { Disclosure } from './disclosure.tsx';
import { Facts } from './facts.tsx';
import { fields, textOf } from './fields.ts';
import { reasoningText } from './lines.ts';
import { ToolList } from './tool-list.tsx';

interface BodyProps {
  readonly item: Item;
}

/** Reasoning is closed until somebody wants to read it. */
export function Reasoning({ item }: BodyProps) {
  const text = reasoningText(item);
  const sealed = textOf(item['encrypted_content']);
  const words = text.split(/\s+/).filter(Boolean).length;
  const encrypted = sealed === '' ? '' : `encrypted, ${bytes(sealed.length)}`;
  if (words === 0) return <p class="quiet">reasoning {encrypted || 'without text'}</p>;
  const note = [`${count(words)} ${words === 1 ? 'word' : 'words'}`, encrypted];
  return (
    <Disclosure name="reasoning" note={note.filter(Boolean).join(' · ')} of={text}>
      <Markdown text={text} name="reasoning" />
    </Disclosure>
  );
}

export function Compaction({ item }: BodyProps) {
  const sealed = textOf(item['encrypted_content']);
  return (
    <p class="ruled">
      <span>earlier turns were compacted, {bytes(sealed.length)} encrypted</span>
    </p>
  );
}

export function AddedTools({ item }: BodyProps) {
  return <ToolList name="added tools" tools={item['tools']} />;
}

/** Settings of the model that hold from here on. */
export function Configuration({ item }: BodyProps) {
  const { reasoning, text, ...rest } = item;
  const { id: _id, type: _type, ...others } = rest;
  return (
    <>
      <p>The settings change from here on.</p>
      <Facts of={{ 'reasoning effort': fields(reasoning)['effort'], text, ...others }} />
    </>
  );
}
