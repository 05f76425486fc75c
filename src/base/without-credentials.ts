/** A text in which the user and the password of URLs are hidden, also a password with slashes that nobody encoded. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(:\/\/)\S*@/g, '$1***@');
}
