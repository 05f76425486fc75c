import type { Item } from '../api/objects.ts';
import { Icon } from '../look/icons.tsx';
import { SafeLink } from '../text/links.tsx';
import { LongText } from '../text/long-text.tsx';
import type { ItemWindow } from '../transcript/item-window.ts';
import { Status } from './call-card.tsx';
import { Disclosure } from './disclosure.tsx';
import { fields, list, textOf, texts } from './fields.ts';
import { toolName } from './lines.ts';
import { StoredImage } from './parts.tsx';

interface ViewProps {
  readonly item: Item;
  readonly items: ItemWindow;
}

/** A search on the web or in files: what was asked, and what was found. */
export function SearchView({ item, items }: ViewProps) {
  const action = fields(item['action']);
  const asked = [
    textOf(action['query']),
    ...texts(action['queries']),
    ...texts(item['queries']),
    textOf(action['pattern']),
  ].filter(Boolean);
  const page = textOf(action['url']);
  const sources = list(action['sources']).map((source) => textOf(source['url']));
  const results = list(item['results']);
  return (
    <section class="card">
      <Head item={item} />
      {[...new Set(asked)].map((query) => (
        <p key={query}>“{query}”</p>
      ))}
      {page !== '' && (
        <p>
          <SafeLink href={page}>{page}</SafeLink>
        </p>
      )}
      {sources.length > 0 && (
        <Disclosure
          id={`${item.id} sources`}
          name="sources"
          note={String(sources.length)}
          items={items}
        >
          {sources.map((url) => (
            <p key={url}>
              <SafeLink href={url}>{url}</SafeLink>
            </p>
          ))}
        </Disclosure>
      )}
      {results.length > 0 && (
        <Disclosure
          id={`${item.id} results`}
          name="results"
          note={String(results.length)}
          items={items}
        >
          {results.map((result, index) => (
            <div key={index}>
              <p class="label">{textOf(result['filename'])}</p>
              <LongText text={textOf(result['text'])} />
            </div>
          ))}
        </Disclosure>
      )}
    </section>
  );
}

export function CodeView({ item, items }: ViewProps) {
  const outputs = list(item['outputs']);
  return (
    <section class="card">
      <Head item={item} />
      <Disclosure id={`${item.id} code`} name="code" isOpen items={items}>
        <pre class="output">
          <LongText text={textOf(item['code'])} />
        </pre>
      </Disclosure>
      {outputs.map((output, index) =>
        textOf(output['url']) === '' ? (
          <pre key={index} class="output">
            <LongText text={textOf(output['logs'])} />
          </pre>
        ) : (
          <StoredImage key={index} address={textOf(output['url'])} />
        ),
      )}
    </section>
  );
}

export function ImageView({ item }: ViewProps) {
  const result = textOf(item['result']);
  const format = textOf(item['output_format']) || 'png';
  return (
    <section class="card">
      <Head item={item} />
      {textOf(item['revised_prompt']) !== '' && <LongText text={textOf(item['revised_prompt'])} />}
      {result === '' ? (
        <p class="quiet">No image is stored.</p>
      ) : (
        <StoredImage address={`data:image/${format};base64,${result}`} />
      )}
    </section>
  );
}

/** The first line of a tool's card. */
export function Head({ item }: { readonly item: Item }) {
  return (
    <p class="card-head">
      <Icon name="tool" />
      <strong>{toolName(item)}</strong>
      <Status item={item} />
    </p>
  );
}
