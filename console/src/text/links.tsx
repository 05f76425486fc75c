import type { ComponentChildren } from 'preact';

const PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

/**
 * A link out of a stored text. Its host stands behind it, since the text may say otherwise; an address that is not of the
 * web or of mail is text.
 */
export function SafeLink({
  href,
  children,
}: {
  readonly href: string;
  readonly children: ComponentChildren;
}) {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !PROTOCOLS.has(url.protocol)) {
    return (
      <>
        {children} <span class="quiet">({withVisibleControls(href.slice(0, 200))})</span>
      </>
    );
  }
  const shown = url.host || url.pathname;
  return (
    <>
      <a href={url.href} target="_blank" rel="noopener noreferrer nofollow">
        <bdi>{children}</bdi>
      </a>
      {children !== url.href && children !== href && <span class="host"> {shown}</span>}
    </>
  );
}

/** Characters that change the direction of text, or that nobody sees. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Returns a text in which invisible characters have a visible name. */
export function withVisibleControls(text: string): string {
  return text.replaceAll(
    CONTROLS,
    (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
