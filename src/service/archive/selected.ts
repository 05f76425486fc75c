import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Principal } from '../../access/principal.ts';
import type { Archive, ArchiveRecord } from '../../store/archive/port.ts';
import type { ArchiveSelection } from '../../store/archive/selection.ts';
import { choiceParams, type ChoiceRequest } from '../conversations/choice-request.ts';
import type { BranchStore } from '../../store/branches/port.ts';
import { firstLine, lastLine, noCounts, toLine } from './format.ts';

/** Characters that are passed on together. */
const CHUNK_SIZE = 64 * 1024;

interface ExportedStore {
  readonly archive: Pick<Archive, 'select'>;
  readonly branches: Pick<BranchStore, 'readableSources'>;
}

/** Archives of what callers may read. */
export class Exports {
  readonly #archive: Pick<Archive, 'select'>;
  readonly #branches: Pick<BranchStore, 'readableSources'>;
  readonly #authorizer: Pick<Authorizer, 'filter'>;

  constructor({ archive, branches }: ExportedStore, authorizer: Pick<Authorizer, 'filter'>) {
    this.#archive = archive;
    this.#branches = branches;
    this.#authorizer = authorizer;
  }

  /** Yields the text of an archive in chunks, and returns its last line, which shows that it is whole. */
  async *text(
    principal: Principal,
    request: ChoiceRequest,
    signal: AbortSignal,
  ): AsyncGenerator<string, string, void> {
    const { tenant } = principal;
    const access = this.#authorizer.filter(principal, 'read');
    const counts = noCounts();
    let chunk = `${firstLine(tenant, true)}\n`;
    for await (const records of this.#archive.select({
      ...choiceParams(request),
      tenant,
      access,
    })) {
      signal.throwIfAborted();
      for (const record of records) {
        counts[record.table] += 1;
        chunk += `${toLine(await this.#shown(record, { tenant, access }))}\n`;
      }
      if (chunk.length < CHUNK_SIZE) continue;
      yield chunk;
      chunk = '';
    }
    return `${chunk}${lastLine(counts)}\n`;
  }

  /** Leaves out the source of a fork that the caller may not read. */
  async #shown(
    record: ArchiveRecord,
    caller: Pick<ArchiveSelection, 'tenant' | 'access'>,
  ): Promise<ArchiveRecord> {
    if (record.table !== 'conversations' || record.row.forked_from === null) return record;
    const source = record.row.forked_from;
    const readable = await this.#branches.readableSources({ ...caller, conversationIds: [source] });
    return readable.has(source)
      ? record
      : { ...record, row: { ...record.row, forked_from: null, forked_at: null } };
  }
}
