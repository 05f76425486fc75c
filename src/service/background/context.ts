import type { Authorizer } from '../../access/policy/authorizer.ts';
import type { Store } from '../../store/store.ts';
import type { Models } from '../models/models.ts';
import type { PreparingOptions } from '../responses/prepare-turn.ts';
import type { OpenTurns } from '../responses/turn-watch.ts';
import type { Turns } from '../responses/turns.ts';
import type { Followers } from './followers.ts';

/** What the parts of this folder share. */
export interface BackgroundContext {
  readonly store: Store;
  readonly authorizer: Authorizer;
  readonly models: Models;
  readonly turns: Turns;
  readonly openTurns: OpenTurns;
  readonly preparing: PreparingOptions;
  readonly followers: Followers;
  readonly defaultModel: string | undefined;
}
