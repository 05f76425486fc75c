import type { JsonObject } from '../../base/json-object.ts';
import { isJsonObject } from '../../base/json-object.ts';
import { isOwnCompaction } from '../../context/sealed-compaction.ts';
import { TextSeal } from '../../context/seal.ts';
import { examine } from '../../history/examine.ts';
import type { Rule } from '../../history/findings.ts';
import type { Inspection } from '../../store/inspection/inspection.ts';
import { counted } from '../output/wording.ts';
import { ok, warning, type Finding } from './finding.ts';

const CHECK = 'history';
const MOST_EXAMPLES = 3;

export interface HistoryCheck {
  /** `undefined` for all tenants. */
  readonly tenant: string | undefined;
  /** Secret of sealed texts; `undefined` without one. */
  readonly sealKey: string | undefined;
  /** Called with the number of items that have been examined. */
  readonly onProgress?: (items: number) => void;
}

/** Examines the items of every conversation for what model servers refuse. */
export async function checkHistories(
  inspection: Inspection,
  { tenant, sealKey, onProgress }: HistoryCheck,
): Promise<Finding> {
  const seal = sealKey === undefined ? undefined : new TextSeal(Buffer.from(sealKey));
  const rules = new Map<Rule, number>();
  const examples: string[] = [];
  let [conversations, items, unhealthy] = [0, 0, 0];
  for await (const history of inspection.histories(tenant)) {
    const parsed = history.items.flatMap(parsedItem);
    conversations += 1;
    items += parsed.length;
    onProgress?.(items);
    const found = rulesOf(parsed, (item) =>
      seal === undefined ? false : isOwnCompaction(seal, history.tenant, item),
    );
    if (found.length === 0) continue;
    unhealthy += 1;
    for (const rule of found) rules.set(rule, (rules.get(rule) ?? 0) + 1);
    if (examples.length < MOST_EXAMPLES) examples.push(history.conversationId);
  }
  const subject = counted(conversations, 'conversation');
  if (unhealthy === 0) return ok(CHECK, `${subject} have nothing that model servers refuse`);
  const more = unhealthy > examples.length ? ', …' : '';
  const named = [...rules].map(([rule, count]) => `${rule} ${count}`).toSorted();
  return warning(
    CHECK,
    `${unhealthy} of ${subject} (${examples.join(', ')}${more}) have items that model servers refuse: ${named.join(', ')}`,
    'Models are shown them repaired. GET /v1/conversations/{id}/health lists the items, and POST /v1/conversations/{id}/repair deletes those that are never shown.',
  );
}

/** Returns the rule of each finding in a list of items. */
function rulesOf(
  items: readonly JsonObject[],
  isOwn: (item: JsonObject) => boolean,
): readonly Rule[] {
  const compaction = items.findLast(({ type }) => type === 'compaction');
  const { findings } = examine(items, {
    tail: 'open',
    beforeCompaction: compaction !== undefined && isOwn(compaction) ? 'skipped' : 'examined',
  });
  return findings.map(({ rule }) => rule);
}

/** Parses an item. One that is not an object is a matter of another check. */
function parsedItem(data: string): readonly JsonObject[] {
  try {
    const item: unknown = JSON.parse(data);
    return isJsonObject(item) ? [item] : [];
  } catch {
    return [];
  }
}
