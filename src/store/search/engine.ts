import type { Query, Row } from '../engine/query.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import type { SearchByRankParams, SearchByTimeParams, SearchPlace } from './port.ts';

export type ReadRows = (query: Query) => Promise<readonly Row[]>;

/** Rows of a page, with one more than the limit if there are more. */
export interface FoundRows {
  readonly rows: readonly Row[];
  /** The place up to which documents were looked at; `undefined` when that is all. */
  readonly until: SearchPlace | undefined;
}

/** The search in the index of words of a database. */
export interface SearchEngine {
  rowsByTime(params: SearchByTimeParams, syntax: SqlSyntax, read: ReadRows): Promise<FoundRows>;
  rowsByRank(
    params: SearchByRankParams,
    syntax: SqlSyntax,
    read: ReadRows,
  ): Promise<readonly Row[]>;
}
