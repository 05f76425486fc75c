/** Answers of the API, as far as the console reads them. */

import type { Static } from 'typebox';
import type { DetailedConversation } from '../../../src/contract/conversations/details.ts';
import type { ConversationItem } from '../../../src/contract/items/table.ts';
import type { PrincipalObject } from '../../../src/contract/system/principal.ts';
import type { ErasureReceipt } from '../../../src/contract/retention/erasure.ts';
import type { ServerObject } from '../../../src/contract/system/server.ts';

export type Conversation = Static<typeof DetailedConversation>;
export type Principal = Static<typeof PrincipalObject>;
export type ServerFacts = Static<typeof ServerObject>;
export type OidcClient = NonNullable<ServerFacts['authentication']['oidc']>;
export type ItemType = ConversationItem['type'];

/** An item. Its fields beyond these are read with care: items of other programs may lack any of them. */
export interface Item {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What stands in place of an item with a large body. */
export interface Stub {
  readonly object: 'conversation.item.stub';
  readonly id: string;
  readonly type: string;
  readonly role?: string;
  readonly bytes: number;
}

/** The receipt of an erasure, or what one would do. */
export type Receipt = Static<typeof ErasureReceipt>;

interface Placement {
  readonly id: string;
  readonly position: number;
  /** Unix seconds. */
  readonly created_at: number;
}

export interface Page<Entry> {
  readonly data: readonly Entry[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

export interface ItemPage extends Page<Item | Stub> {
  readonly placements?: readonly Placement[];
}

export interface SearchResult {
  readonly conversation_id: string;
  readonly item_id: string;
  readonly type: string;
  readonly role?: string | null;
  readonly position: number;
  readonly created_at: number;
  readonly snippet: {
    readonly text: string;
    /** Start and end of each found word, in code points. */
    readonly highlights: readonly (readonly [number, number])[];
  } | null;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface SearchPage {
  readonly data: readonly SearchResult[];
  readonly has_more: boolean;
  readonly next_page: string | null;
  /** `false` while items wait for the index. */
  readonly complete: boolean;
}
