/** Sources that an operator adds to the policy. */
export interface PolicySources {
  /** Origins that the page may call besides its own: those of an issuer. */
  readonly connect: readonly string[];
  /** Pages that may show the console in a frame: origins, or `self`. */
  readonly frameAncestors: readonly string[];
}

/**
 * Returns the content security policy of the console. It forbids inline code and styles, every address but the server's
 * own and those of the issuer, and each way from a text to markup or code (`trusted-types 'none'`).
 */
function policyOf({ connect, frameAncestors }: PolicySources): string {
  const ancestors = frameAncestors.map((source) => (source === 'self' ? "'self'" : source));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    'media-src data: blob:',
    ["connect-src 'self'", ...connect].join(' '),
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.length === 0 ? "'none'" : ancestors.join(' ')}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Returns the headers of every file of the console: names and values in alternation. */
export function consoleHeaders(sources: PolicySources): readonly string[] {
  return [
    'content-security-policy',
    policyOf(sources),
    'cross-origin-opener-policy',
    'same-origin',
    'cross-origin-resource-policy',
    'same-origin',
    'referrer-policy',
    'no-referrer',
    'permissions-policy',
    'camera=(), microphone=(), geolocation=()',
  ];
}
