import type { ConversationKey } from '../../store/conversations/port.ts';
import type { RetentionStore } from '../../store/retention/port.ts';
import { runPiece } from './purging.ts';
import type { RetentionRules } from './rules.ts';

const CONVERSATIONS_PER_PAGE = 200;

/** What the rules change in the conversations of a tenant. */
export interface AppliedRules {
  readonly tenant: string;
  /** Conversations that get an expiry, or a shorter one. */
  limited: number;
  /** Those of them whose time is over then. */
  overdue: number;
}

/** Gives conversations that are there already the expiry that the rules provide. Returns what changes, by tenant. */
export async function applyRules(
  store: Pick<RetentionStore, 'limits' | 'limit'>,
  rules: RetentionRules,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<readonly AppliedRules[]> {
  const byTenant = new Map<string, AppliedRules>();
  let after: ConversationKey | undefined;
  do {
    const page = await runPiece(() => store.limits(after, CONVERSATIONS_PER_PAGE));
    for (const conversation of page.conversations) {
      const { tenant, expiry, createdAt, activeAt } = conversation;
      const applied = rules.ofExisting(tenant, expiry);
      if (applied === undefined) continue;
      const counts = byTenant.get(tenant) ?? { tenant, limited: 0, overdue: 0 };
      byTenant.set(tenant, counts);
      counts.limited += 1;
      const from = applied.anchor === 'created_at' ? createdAt : activeAt;
      if (from + applied.afterMs <= Date.now()) counts.overdue += 1;
      if (!isDryRun) await runPiece(() => store.limit(conversation, applied));
    }
    after = page.next;
  } while (after !== undefined);
  return [...byTenant.values()];
}
