/** Where the days of a conversation are counted from: its creation, or the last item that was stored in it. */
export const EXPIRY_ANCHORS = ['last_active_at', 'created_at'] as const;

/** The longest time that a conversation may be given, in days, as OpenAI's vector stores have it. */
export const MOST_EXPIRY_DAYS = 365;

/** How long a conversation is kept. */
export interface ExpiryOptions {
  readonly anchor: (typeof EXPIRY_ANCHORS)[number];
  readonly days: number;
}
