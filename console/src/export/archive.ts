/** Exports of the server, read as one archive. */

import { ApiFailure, stream } from '../api/client.ts';

/** Pairs of parameters of an export. */
export type Choice = readonly (readonly [name: string, value: string])[];

/** Records by their kind, as the last line of an archive counts them. */
export type Counts = Readonly<Record<string, number>>;

export interface Progress {
  readonly lines: number;
  readonly bytes: number;
}

interface ReadArchiveOptions {
  readonly signal: AbortSignal;
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly tell: (progress: Progress) => void;
}

const LINE_FEED = 10;

/**
 * Writes the parts of an export as one archive: the first line of the first part, the records of all, and a last line with
 * the sums. Rejects when a part ends without its last line, which is all that tells a whole archive from a cut one.
 */
export async function readArchive(
  parts: readonly Choice[],
  { signal, write, tell }: ReadArchiveOptions,
): Promise<{ readonly counts: Counts; readonly lines: number }> {
  const sums: Record<string, number> = {};
  let lines = 0;
  let bytes = 0;
  const pass = async (chunk: Uint8Array<ArrayBuffer>): Promise<void> => {
    if (chunk.length === 0) return;
    lines += linesIn(chunk);
    bytes += chunk.length;
    await write(chunk);
    tell({ lines, bytes });
  };
  for (const [index, choice] of parts.entries()) {
    const query = new URLSearchParams(choice.map(([name, value]) => [name, value]));
    const { body } = await stream(`conversations/export?${query}`, signal);
    const last = await passRecords(body, index === 0, pass);
    for (const [kind, number] of Object.entries(endOf(last))) {
      sums[kind] = (sums[kind] ?? 0) + number;
    }
  }
  await pass(new TextEncoder().encode(`${JSON.stringify({ end: sums })}\n`));
  return { counts: sums, lines };
}

/** Passes all lines of an archive on but the last, which it returns, and the first where another part had it. */
async function passRecords(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  hasFirst: boolean,
  pass: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<string> {
  let held = new Uint8Array(0);
  let isFirst = !hasFirst;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const known = joined(held, value);
    // What may be the last line is held back.
    const from = isFirst ? known.indexOf(LINE_FEED) + 1 : 0;
    const until = known.lastIndexOf(LINE_FEED, known.length - 2) + 1;
    if (isFirst && from === 0) {
      held = known;
      continue;
    }
    isFirst = false;
    if (until > from) await pass(known.subarray(from, until));
    held = known.slice(Math.max(from, until));
  }
  return new TextDecoder().decode(held);
}

function endOf(line: string): Counts {
  const parsed = parsedLine(line);
  if (parsed.end !== undefined) return parsed.end;
  const { message = 'The connection ended before the export did.', code } = parsed.error ?? {};
  throw new ApiFailure(message, { status: 200, code, requestId: undefined });
}

function parsedLine(line: string): {
  readonly end?: Counts;
  readonly error?: { readonly message?: string; readonly code?: string };
} {
  try {
    return JSON.parse(line) as object;
  } catch {
    return {};
  }
}

function joined(
  left: Uint8Array<ArrayBuffer>,
  right: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

function linesIn(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
    lines += 1;
  }
  return lines;
}
