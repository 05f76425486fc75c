import type { Static } from 'typebox';
import type { DetailedResponse } from '../../../src/contract/responses/details.ts';

/** A response of the API, with its report where that was asked for. */
export type Turn = Static<typeof DetailedResponse>;

/** A response with its place: it stands behind the item in front of `end`. */
export interface PlacedTurn {
  readonly response: Turn;
  readonly end: number;
}
