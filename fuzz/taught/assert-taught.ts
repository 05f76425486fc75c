import type { Operation } from '../operations.ts';
import type { PrivateOperation, TaughtOperation } from './operation.ts';

/** The served document and the table of taught operations differ. */
export class UntaughtError extends Error {
  override readonly name = 'UntaughtError';
}

const TABLE = 'fuzz/taught/table.ts';

/** Throws an `UntaughtError` that lists all operations and parameters in which the document and the table differ. */
export function assertTaught(
  operations: readonly Operation[],
  table: Readonly<Record<string, TaughtOperation>>,
): void {
  const served = new Set(operations.map(({ id }) => id));
  const differences = [
    ...operations.flatMap((operation) => {
      const entry = Object.hasOwn(table, operation.id) ? table[operation.id] : undefined;
      if (entry === undefined) return [`teach ${operation.id} in ${TABLE}`];
      return unknownNames(operation, entry).map(
        (name) => `teach the ${name} of ${operation.id} in ${TABLE}`,
      );
    }),
    ...Object.keys(table)
      .filter((id) => !served.has(id))
      .map((id) => `remove ${id} from ${TABLE}: the server does not serve it`),
  ];
  if (differences.length > 0) throw new UntaughtError(differences.join('\n'));
}

function unknownNames(operation: Operation, entry: TaughtOperation): readonly string[] {
  const {
    path,
    query,
    headers = [],
    body,
  }: Partial<PrivateOperation> = entry.access === 'public' ? {} : entry;
  const fields = body?.fields ?? [];
  const known = {
    path: new Set<string>(path),
    query: new Set(Object.keys(query ?? {})),
    header: new Set(headers),
  };
  return [
    ...operation.parameters
      .filter((parameter) => !known[parameter.in].has(parameter.name))
      .map(({ name, in: place }) => `${place} parameter ${name}`),
    ...operation.bodyFields
      .filter((name) => !fields.includes(name))
      .map((name) => `body field ${name}`),
  ];
}
