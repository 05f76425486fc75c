/** Hides the user and the password of URLs in a text, including passwords with unencoded slashes. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(:\/\/)\S*@/g, '$1***@');
}
