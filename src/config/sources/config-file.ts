import { readFile } from 'node:fs/promises';
import type { Document, LineCounter, YAMLError } from 'yaml';
import { messageOf } from '../../base/errors/message-of.ts';
import { OperatorError } from '../../base/errors/operator-error.ts';
import type { Table } from '../settings/entry.ts';
import { fileKeyOf } from '../settings/names.ts';
import { MapSource, type Path } from './map-source.ts';

/** Reads a YAML file of settings. Throws an `OperatorError`, which does not quote the file: it may have secrets. */
export async function configFileSource(path: string, table: Table): Promise<MapSource> {
  // Loaded when there is a file to read: it would cost every start some milliseconds.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, messageOf(error), error);
  });
  const document = yaml.parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(path, error, lines);
  return new MapSource(valueOf(document, path) ?? {}, table, {
    keyOf: fileKeyOf,
    locate: (place) => locationOf(document, place, lines, path),
  });
}

function valueOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    // The message would name the text after the asterisk, which may be a secret without quotes.
    throw unreadable(path, 'a value begins with * and is not an alias of YAML');
  }
}

function locationOf(
  document: Document.Parsed,
  place: Path,
  lines: LineCounter,
  path: string,
): string {
  const node: unknown = document.getIn(place, true);
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  if (Array.isArray(range)) return `line ${lines.linePos(Number(range[0])).line} of ${path}`;
  // A field that the file does not have, such as the name of a record in a map: it is in the record.
  return place.length > 1 ? locationOf(document, place.slice(0, -1), lines, path) : path;
}

function notYaml(path: string, { code, pos }: YAMLError, lines: LineCounter): OperatorError {
  const { line, col } = lines.linePos(pos[0]);
  const problem = code.toLowerCase().replaceAll('_', ' ');
  return unreadable(path, `line ${line}, column ${col} is not YAML (${problem})`);
}

function unreadable(path: string, reason: string, cause?: unknown): OperatorError {
  return new OperatorError(
    'unreadable_config',
    `The config file ${path} cannot be read: ${reason}`,
    'Check that the file exists and is YAML. A text with colons, such as "sqlite::memory:", needs quotes, as does one that begins with a special character.',
    cause,
  );
}
