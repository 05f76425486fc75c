import { signal } from '@preact/signals';

export const DEPTHS = ['messages', 'outline'] as const;
/** How much of each item is drawn: what people said, or a line for each item. */
export type Depth = (typeof DEPTHS)[number];

export const depth = signal<Depth>('messages');
/** Set while types, sizes and times are shown, and no text: for a shared screen, or a picture for a bug report. */
export const hidesTexts = signal(false);
