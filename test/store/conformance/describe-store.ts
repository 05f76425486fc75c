import { describe } from 'vitest';
import { testAbsences } from './absences.ts';
import { testAccess } from './access.ts';
import { testApprovedCalls } from './approved-calls.ts';
import { testActivity } from './activity.ts';
import { testBackground } from './background.ts';
import { testBranchHistories } from './branch-histories.ts';
import { testBranches } from './branches.ts';
import { testChanges } from './changes.ts';
import { testConcurrentWrites } from './concurrent-writes.ts';
import { testConversationLists } from './conversation-lists.ts';
import { testConversations } from './conversations.ts';
import { testIdempotency } from './idempotency.ts';
import { testItemPages } from './item-pages.ts';
import { testItemStarts } from './item-starts.ts';
import { testCounting } from './counting.ts';
import { testForks } from './forks.ts';
import { testItems } from './items.ts';
import { testItemIds } from './item-ids.ts';
import { testWithStore, type OpenStore } from './operations.ts';
import { testResponseRemoval } from './response-removal.ts';
import { testResponses } from './responses.ts';
import { testRetention } from './retention.ts';
import { testRevisions } from './revisions.ts';
import { testTenants } from './tenants.ts';
import { testTurnCommits } from './turn-commits.ts';
import { testTurns } from './turns.ts';

/** Tests the behaviour that all stores share, one suite a subject. `open` returns an empty store. */
export function describeStore(name: string, open: OpenStore): void {
  const test = testWithStore(open);
  describe(name, () => {
    testConversations(test);
    testConversationLists(test);
    testActivity(test);
    testCounting(test);
    testItems(test);
    testItemPages(test);
    testItemStarts(test);
    testItemIds(test);
    testConcurrentWrites(test);
    testTenants(test);
    testAccess(test);
    testIdempotency(test);
    testTurns(test);
    testTurnCommits(test);
    testResponses(test);
    testForks(test);
    testRevisions(test);
    testBranches(test);
    testBranchHistories(test);
    testResponseRemoval(test);
    testBackground(test);
    testChanges(test);
    testApprovedCalls(test);
    testAbsences(test);
    testRetention(test);
  });
}
