/** Bodies of tools that the model server runs. */

import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { asFailure, call } from '../api/client.ts';
import type { Item } from '../api/objects.ts';
import { Code } from '../text/code.tsx';
import { SafeLink } from '../text/links.tsx';
import { LongText } from '../text/long-text.tsx';
import { Disclosure } from './disclosure.tsx';
import { Facts } from './facts.tsx';
import { fields, list, textOf, texts, type Fields } from './fields.ts';
import { DrawingContext } from '../text/kept.ts';
import { StoredImage } from './media.tsx';
import { Value } from './value.tsx';

interface BodyProps {
  readonly item: Item;
}

/** What was searched on the web, which pages were opened, and where it was found. */
export function WebSearch({ item }: BodyProps) {
  const action = fields(item['action']);
  const asked = [textOf(action['query']), ...texts(action['queries']), textOf(action['pattern'])];
  const page = textOf(action['url']);
  return (
    <>
      <Queries of={asked} />
      {page !== '' && (
        <p>
          <SafeLink href={page}>{page}</SafeLink>
        </p>
      )}
      <Disclosure name="sources">
        <OnAsking item={item} include="web_search_call.action.sources">
          {(whole) => <Sources of={list(fields(whole['action'])['sources'])} />}
        </OnAsking>
      </Disclosure>
    </>
  );
}

function Sources({ of }: { readonly of: readonly Fields[] }) {
  if (of.length === 0) return <p class="quiet">No sources are stored.</p>;
  return (
    <ol class="actions">
      {of.map((source, index) => (
        <li key={index}>
          {textOf(source['url']) === '' ? (
            <Facts of={source} />
          ) : (
            <SafeLink href={textOf(source['url'])}>{textOf(source['url'])}</SafeLink>
          )}
        </li>
      ))}
    </ol>
  );
}

export function FileSearch({ item }: BodyProps) {
  return (
    <>
      <Queries of={texts(item['queries'])} />
      <Disclosure name="results">
        <OnAsking item={item} include="file_search_call.results">
          {(whole) => <Results of={list(whole['results'])} />}
        </OnAsking>
      </Disclosure>
    </>
  );
}

function Results({ of }: { readonly of: readonly Fields[] }) {
  if (of.length === 0) return <p class="quiet">No results are stored.</p>;
  return (
    <>
      {of.map(({ filename, text, ...rest }, index) => (
        <div key={index} class="found">
          <p class="label">
            <bdi>{textOf(filename) || 'without a name'}</bdi>
          </p>
          <LongText text={textOf(text)} name={`result ${index}`} />
          <Facts of={rest} />
        </div>
      ))}
    </>
  );
}

function Queries({ of }: { readonly of: readonly string[] }) {
  return (
    <>
      {[...new Set(of)].filter(Boolean).map((query) => (
        <p key={query} dir="auto">
          “{query}”
        </p>
      ))}
    </>
  );
}

export function CodeInterpreter({ item }: BodyProps) {
  const code = textOf(item['code']);
  return (
    <>
      {code === '' ? <p class="quiet">No code is stored.</p> : <Code text={code} name="code" />}
      <Disclosure name="outputs">
        <OnAsking item={item} include="code_interpreter_call.outputs">
          {(whole) => <CodeOutputs of={list(whole['outputs'])} />}
        </OnAsking>
      </Disclosure>
      <Facts of={{ container: item['container_id'] }} />
    </>
  );
}

function CodeOutputs({ of }: { readonly of: readonly Fields[] }) {
  if (of.length === 0) return <p class="quiet">No outputs are stored.</p>;
  return (
    <>
      {of.map((output, index) =>
        textOf(output['url']) === '' ? (
          <Value key={index} name={`output ${index + 1}`} value={output['logs'] ?? output} />
        ) : (
          <StoredImage key={index} address={textOf(output['url'])} />
        ),
      )}
    </>
  );
}

/** Draws the item with a field that the server leaves out of lists. */
function OnAsking({
  item,
  include,
  children,
}: {
  readonly item: Item;
  readonly include: string;
  readonly children: (whole: Item) => ComponentChildren;
}) {
  const conversation = useContext(DrawingContext)?.conversation;
  const [whole, setWhole] = useState(conversation === undefined ? item : undefined);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (conversation === undefined) return;
    const path = `conversations/${encodeURIComponent(conversation)}/items/${encodeURIComponent(item.id)}`;
    call<Item>(`${path}?include[]=${include}`).then(setWhole, (error: unknown) =>
      setProblem(asFailure(error).message),
    );
  }, [conversation, item.id, include]);
  if (problem !== '') return <p class="problem">{problem}</p>;
  return whole === undefined ? <p class="quiet">Loading…</p> : children(whole);
}

export function GeneratedImage({ item }: BodyProps) {
  const { result, revised_prompt: prompt, output_format: format, error, size, quality } = item;
  const data = textOf(result);
  return (
    <>
      {textOf(prompt) !== '' && <LongText text={textOf(prompt)} name="prompt" />}
      {data === '' ? (
        <p class="quiet">No image is stored.</p>
      ) : (
        <StoredImage address={`data:image/${mediaType(textOf(format))};base64,${data}`} />
      )}
      <Facts of={{ size, quality, background: item['background'], action: item['action'] }} />
      {error !== undefined && error !== null && <Value name="error" value={error} />}
    </>
  );
}

function mediaType(format: string): string {
  return format === 'svg' ? 'svg+xml' : format || 'png';
}
