/** Copies a text. Returns whether the browser let the page do it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

/** Copies a text, and returns the sentence that tells the reader. `what` names it. */
export async function copyAndTell(text: string, what?: string): Promise<string> {
  if (!(await copyText(text))) return 'The browser did not let the page copy.';
  return what === undefined ? 'Copied.' : `Copied: ${what}.`;
}

/** Copies by a field that is selected: on plain HTTP, browsers give pages no clipboard. */
function copiedFromField(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'copied-from';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
