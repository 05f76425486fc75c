import type { Conversation } from '../api/objects.ts';
import { call } from '../api/client.ts';
import { ancestorsOf } from './ancestors.ts';
import { conversationOf, pathOf } from './requests.ts';

/** Two branches with the last item that both have: null for none, `undefined` when they are of no common tree. */
export interface Branches {
  readonly left: Conversation;
  readonly right: Conversation;
  readonly common: string | null | undefined;
}

/** Looks two conversations up and finds where they part. Rejects with an `ApiFailure`. */
export async function branchesOf(leftId: string, rightId: string): Promise<Branches> {
  const [left, right] = await Promise.all([conversationOf(leftId), conversationOf(rightId)]);
  const [leftWay, rightWay] = await Promise.all([wayTo(left), wayTo(right)]);
  const source = leftWay.findLast(({ id }) => rightWay.some((each) => each.id === id));
  if (source === undefined) return { left, right, common: undefined };
  const points = [...pointsOf(leftWay, source.id), ...pointsOf(rightWay, source.id)];
  return { left, right, common: await lastCommon(points, [leftId, rightId]) };
}

async function wayTo(conversation: Conversation): Promise<readonly Conversation[]> {
  return [...(await ancestorsOf(conversation)), conversation];
}

/** Returns the items at which forks were made on a way from a conversation on. */
function pointsOf(way: readonly Conversation[], source: string): readonly (string | null)[] {
  const next = way.findIndex(({ id }) => id === source) + 1;
  return way.slice(next).map(({ forked_from: origin }) => origin?.item_id ?? null);
}

/**
 * Returns the one of the items at which forks were made that both branches have. A branch has nothing of its source
 * behind the item at which it was made, so that there is one at most.
 */
async function lastCommon(
  points: readonly (string | null)[],
  branches: readonly string[],
): Promise<string | null> {
  const items = [...new Set(points)].filter((point) => point !== null);
  if (points.includes(null)) return null;
  if (items.length === 1) return items[0] ?? null;
  const both = await Promise.all(
    items.map(async (item) => {
      const there = await Promise.all(branches.map((branch) => hasItem(branch, item)));
      return there.every(Boolean);
    }),
  );
  return items.find((_item, index) => both[index]) ?? null;
}

function hasItem(conversation: string, item: string): Promise<boolean> {
  return call(`${pathOf(conversation)}/items/${encodeURIComponent(item)}`).then(
    () => true,
    () => false,
  );
}
