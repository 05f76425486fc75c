import { firstMsAfter } from '../../base/seconds.ts';
import type { ListItemsParams } from '../../store/conversations/port.ts';

/** A page of items to read. */
export interface ItemsRequest extends Pick<
  ListItemsParams,
  'page' | 'before' | 'position' | 'hasPlacements' | 'mostBytes'
> {
  /** Unix seconds, exclusive. */
  readonly createdAfter?: number | undefined;
}

type PageParams = Omit<ItemsRequest, 'createdAfter'> & Pick<ListItemsParams, 'createdFrom'>;

/** Returns the page as the store reads it. */
export function pageParams({ createdAfter, ...request }: ItemsRequest): PageParams {
  return createdAfter === undefined
    ? request
    : { ...request, createdFrom: firstMsAfter(createdAfter) };
}

/** Returns the cursor of the page, and the name of its parameter. */
export function cursorDetail({ page, before }: ItemsRequest): {
  readonly id: string;
  readonly param: 'after' | 'before';
} {
  return page.after === undefined && before !== undefined
    ? { id: before, param: 'before' }
    : { id: page.after ?? '', param: 'after' };
}
