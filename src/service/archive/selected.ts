import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { Archive } from '../../store/archive/port.ts';
import type { ArchiveSelection } from '../../store/archive/selection.ts';
import { firstLine, lastLine, noCounts, toLine } from './format.ts';

/** Characters that are passed on together. */
const CHUNK_SIZE = 64 * 1024;

/** The choice of a caller among the conversations that it may read. */
export type ExportRequest = Omit<ArchiveSelection, 'tenant' | 'access'>;

/** Archives of what callers may read. */
export class Exports {
  readonly #archive: Pick<Archive, 'select'>;
  readonly #authorizer: Pick<Authorizer, 'filter'>;

  constructor(archive: Pick<Archive, 'select'>, authorizer: Pick<Authorizer, 'filter'>) {
    this.#archive = archive;
    this.#authorizer = authorizer;
  }

  /** Yields the text of an archive in chunks, and returns its last line, which shows that it is whole. */
  async *text(
    principal: Principal,
    request: ExportRequest,
    signal: AbortSignal,
  ): AsyncGenerator<string, string, void> {
    const { tenant } = principal;
    const access = this.#authorizer.filter(principal, 'read');
    const counts = noCounts();
    let chunk = `${firstLine(tenant, true)}\n`;
    for await (const records of this.#archive.select({ ...request, tenant, access })) {
      signal.throwIfAborted();
      for (const record of records) {
        counts[record.table] += 1;
        chunk += `${toLine(record)}\n`;
      }
      if (chunk.length < CHUNK_SIZE) continue;
      yield chunk;
      chunk = '';
    }
    return `${chunk}${lastLine(counts)}\n`;
  }
}
