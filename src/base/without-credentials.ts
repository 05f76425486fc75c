/** A text in which the user and the password of URLs are hidden. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(:\/\/)[^\s/]*@/g, '$1***@');
}
