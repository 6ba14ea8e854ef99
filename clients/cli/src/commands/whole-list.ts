import type { PagedList } from '@sightline/core';

/** All items of a list, or the first `limit` of them. */
export async function wholeList<T>(list: PagedList<T>, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}
