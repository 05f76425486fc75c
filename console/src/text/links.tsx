import type { ComponentChildren } from 'preact';
import { withVisibleControls } from './controls.ts';

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
      {(children !== url.href || !isPlain(url.href)) && <span class="host"> {shown}</span>}
    </>
  );
}

/** Checks for an address whose letters are those that they look like. */
function isPlain(address: string): boolean {
  return /^[!-~]+$/.test(address) && !address.includes('//xn--') && !address.includes('.xn--');
}
