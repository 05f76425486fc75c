/** The file of an export. */

import { download } from '../text/save.ts';

/** A file that is being written. */
export interface FileSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Keeps what was written. `name` is used where the browser saves downloads by itself. */
  keep(name: string): Promise<void>;
  /** Leaves no file behind, where the browser allows that. */
  discard(): Promise<void>;
}

/** The picker of Chromium, which the types of the DOM lack. */
type SaveFilePicker = (options: {
  readonly suggestedName: string;
}) => Promise<FileSystemFileHandle>;

const LONGEST_NAME = 100;

/** Returns a text as the name of a file: letters and digits of any script, with lines between them. */
export function safeName(text: string): string {
  const begun = text.normalize('NFC').slice(0, LONGEST_NAME);
  const safe = begun.replaceAll(/[^\p{L}\p{M}\p{N}_]+/gu, '-');
  return safe.replaceAll(/^-+|-+$/g, '') || 'conversations';
}

/** Asks where to save, where the browser can write to a file as it goes. Resolves with `undefined` when nowhere. */
export async function openFile(suggestedName: string): Promise<FileSink | undefined> {
  const picker = (window as { showSaveFilePicker?: SaveFilePicker }).showSaveFilePicker;
  if (picker === undefined) return blobSink();
  try {
    const writable = await (await picker({ suggestedName })).createWritable();
    return {
      write: (bytes) => writable.write(bytes),
      keep: () => writable.close(),
      discard: () => writable.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    // The browser does not let the page ask.
    return blobSink();
  }
}

function blobSink(): FileSink {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: async (bytes) => void parts.push(bytes),
    keep: async (name) => download(new Blob(parts), name),
    discard: async () => void parts.splice(0),
  };
}
