/**
 * Content security policy of the console. It forbids inline code and styles, every address but the server's own, and
 * each way from a text to markup or code (`trusted-types 'none'`).
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  'media-src data: blob:',
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every file of the console: names and values in alternation. */
export const CONSOLE_HEADERS: readonly string[] = [
  'content-security-policy',
  POLICY,
  'cross-origin-opener-policy',
  'same-origin',
  'cross-origin-resource-policy',
  'same-origin',
  'referrer-policy',
  'no-referrer',
  'permissions-policy',
  'camera=(), microphone=(), geolocation=()',
];
