import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { Fragment, type ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { StoredImage } from './media.tsx';
import { Guard } from './guard.tsx';
import { SafeLink } from '../text/links.tsx';
import { LongText } from '../text/long-text.tsx';

/** Texts beyond this are shown as they are. */
const LONGEST = 20_000;
/** Cells of tables that are drawn. Each line of a table is filled up to its widest one. */
const MOST_CELLS = 20_000;
/** Signs of emphasis and links, each of which may be looked for up to the end. */
const MOST_SIGNS = 3_000;

/** A text as Markdown. It becomes elements one by one and is never parsed as HTML: markup in it is text. */
export function Markdown({ text, name }: { readonly text: string; readonly name: string }) {
  if (text.length > LONGEST || isCostly(text)) return <LongText text={text} name={name} />;
  return (
    <Guard otherwise={<LongText text={text} name={name} />}>
      <Lexed text={text} />
    </Guard>
  );
}

/** Checks whether a text would become more elements than a page can draw at once. */
function isCostly(text: string): boolean {
  const lines = text.split('\n').map((line) => line.split('|').length - 1);
  const rows = lines.filter((bars) => bars > 0).length;
  const widest = lines.reduce((most, bars) => Math.max(most, bars), 0);
  return rows * widest > MOST_CELLS || (text.match(/[*_~`[\]]/g)?.length ?? 0) > MOST_SIGNS;
}

function Lexed({ text }: { readonly text: string }) {
  const tokens = useMemo(() => new Lexer({ gfm: true }).lex(text), [text]);
  return (
    <div class="markdown" dir="auto">
      {drawn(tokens)}
    </div>
  );
}

function drawn(tokens: readonly Token[] | undefined): ComponentChildren {
  return tokens?.map((token, index) => <Fragment key={index}>{draw(token)}</Fragment>);
}

/** Draws one token. One that is not named here is drawn as the text that it is. */
function draw(any: Token): ComponentChildren {
  const token = any as MarkedToken;
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'paragraph':
      return <p>{drawn(token.tokens)}</p>;
    case 'heading':
      return <p class={`heading heading-${token.depth}`}>{drawn(token.tokens)}</p>;
    case 'strong':
      return <strong>{drawn(token.tokens)}</strong>;
    case 'em':
      return <em>{drawn(token.tokens)}</em>;
    case 'del':
      return <del>{drawn(token.tokens)}</del>;
    case 'br':
      return <br />;
    case 'hr':
      return <hr />;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{drawn(token.tokens)}</blockquote>;
    case 'list':
      return <List token={token} />;
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'table':
      return <Table token={token} />;
    case 'link':
      return (
        <SafeLink href={token.href}>
          {token.text === token.href ? token.text : drawn(token.tokens)}
        </SafeLink>
      );
    case 'image':
      return <StoredImage address={token.href} />;
    case 'escape':
      return token.text;
    case 'text':
      return token.tokens === undefined ? withoutEntities(token.text) : drawn(token.tokens);
    default:
      return token.raw;
  }
}

function List({ token }: { readonly token: Tokens.List }) {
  const items = token.items.map((item, index) => <li key={index}>{drawn(item.tokens)}</li>);
  if (!token.ordered) return <ul>{items}</ul>;
  return <ol start={Number(token.start) || 1}>{items}</ol>;
}

function Table({ token }: { readonly token: Tokens.Table }) {
  return (
    <div class="table-scroll" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} scope="col">
                {drawn(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, index) => (
                <td key={index}>{drawn(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
};

function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
