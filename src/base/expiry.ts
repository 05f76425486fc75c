/** The times from which the days are counted: the last stored item of a conversation, or its creation. */
export const EXPIRY_ANCHORS = ['last_active_at', 'created_at'] as const;

/** The longest time that a conversation may be given, in days, as OpenAI's vector stores have it. */
export const MOST_EXPIRY_DAYS = 365;

/** The time for which a conversation is kept. */
export interface ExpiryOptions {
  readonly anchor: (typeof EXPIRY_ANCHORS)[number];
  readonly days: number;
}
