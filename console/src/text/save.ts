const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/pdf': 'pdf',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/plain': 'txt',
};

/** Saves data as a file. Its name is ours, since one of an item may be made to mislead. */
export function save(data: string | Uint8Array<ArrayBuffer>, type: string, name = 'file'): void {
  download(new Blob([data], { type }), `${name}.${EXTENSIONS[type] ?? 'bin'}`);
}

/** Has the browser save data under a name. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the blob a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Returns the bytes of a text in base64; `undefined` when it is none. */
export function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
