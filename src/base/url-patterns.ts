/** Patterns of URLs, such as `https://*.example.com/*`. */

const FORM = /^(https?):\/\/([^/?#@:[\]]+|\[[0-9a-f:]+\])(?::(\d{1,5}|\*))?(\/[^?#]*)?$/i;

interface UrlPattern {
  readonly protocol: string;
  readonly host: RegExp;
  readonly port: string;
  readonly path: RegExp;
}

/** Checks the form of a pattern: scheme, host, optional port and path, without credentials, query or fragment. */
export function isUrlPattern(text: string): boolean {
  return FORM.test(text);
}

/**
 * Returns a test of URLs against patterns, each part against its own, so that `*` in a host cannot reach into the
 * path. `*` stands for any text; one before the first dot of a host stands for at least one character. A path without
 * `*` is matched as a whole, and a pattern without a path matches every path.
 */
export function urlMatcher(patterns: readonly string[]): (url: URL) => boolean {
  const parsed = patterns.map(urlPattern);
  return (url) => parsed.some((pattern) => matches(pattern, url));
}

function urlPattern(text: string): UrlPattern {
  const [, scheme = '', host = '', port = '', path = '/*'] = FORM.exec(text) ?? [];
  const protocol = `${scheme.toLowerCase()}:`;
  return {
    protocol,
    host: wildcards(host.toLowerCase(), '[^.:/]+(?:[.][^.:/]+)*'),
    port: port === defaultPort(protocol) ? '' : port,
    path: wildcards(path, '.*'),
  };
}

function wildcards(text: string, any: string): RegExp {
  const parts = text
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\/-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(any)}$`, 's');
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

function matches({ protocol, host, port, path }: UrlPattern, url: URL): boolean {
  return (
    url.protocol === protocol &&
    host.test(url.hostname) &&
    (port === '*' || url.port === port) &&
    path.test(url.pathname)
  );
}
