import { rowsToFetch, toPage, type Page } from '../../base/paging.ts';
import { scopeOf } from '../conversations/access-condition.ts';
import { presenceSql } from '../conversations/presence.ts';
import { rowFilterSql } from '../conversations/row-filter-sql.ts';
import type { Driver } from '../engine/driver.ts';
import type { Query, Row, Value } from '../engine/query.ts';
import { integer, text } from '../engine/rows.ts';
import type { SqlSyntax } from '../engine/syntax.ts';
import { toTokens } from '../responses/records.ts';
import type { SumUsageParams, UsageReader, UsageRecord } from './port.ts';
import { selectUsage } from './statements.ts';

const MS_PER_DAY = 86_400_000;

/** Usage in SQL, over a driver. */
export class SqlUsage implements UsageReader {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async sum(params: SumUsageParams): Promise<Page<UsageRecord>> {
    const query = usageQuery(params, this.#driver.syntax);
    const rows = await this.#driver.read({ scope: scopeOf(params), query });
    return toPage(
      params,
      rows.map((row) => toUsage(params, row)),
    );
  }
}

function usageQuery(params: SumUsageParams, syntax: SqlSyntax): Query {
  const { tenant, access, groupBy, metadata, after } = params;
  const parameters: Value[] = [tenant];
  const parameter = (value: Value): string => `$${parameters.push(value)}`;
  const condition = rowFilterSql(access, parameters.length + 1, syntax);
  parameters.push(...condition.parameters);
  const sql = selectUsage({
    groupBy,
    conditions: [
      condition.sql,
      presenceSql('live', syntax),
      ...metadata.map(([key, value]) => syntax.hasPair(key, value, parameter)),
    ],
    after:
      after === undefined ? undefined : parameter(groupBy === 'day' ? dayNumber(after) : after),
    limit: parameter(rowsToFetch(params)),
  });
  return { sql, parameters };
}

/** Returns the number of a day since 1970. */
function dayNumber(day: string): number {
  return Math.floor(Date.parse(day) / MS_PER_DAY);
}

function toUsage({ groupBy }: Pick<SumUsageParams, 'groupBy'>, row: Row): UsageRecord {
  return {
    group: groupBy === 'day' ? dayOf(integer(row, 'group_name')) : text(row, 'group_name'),
    conversations: integer(row, 'conversations'),
    items: integer(row, 'items'),
    bytes: integer(row, 'bytes'),
    responses: integer(row, 'responses'),
    ...toTokens(row),
    oldest: integer(row, 'oldest'),
    newest: integer(row, 'newest'),
  };
}

function dayOf(number: number): string {
  return new Date(number * MS_PER_DAY).toISOString().slice(0, 10);
}
