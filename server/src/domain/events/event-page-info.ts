import type { EventPage, EventPageRequest } from './event-reader.ts';

type Asked = Pick<EventPageRequest, 'from' | 'after' | 'before'>;

/**
 * As Relay has it: the side a page does not count from is only known to be there when a cursor says so. A page whose search was
 * not over leads on from where it ended, which need not be an event of the page.
 */
export function eventPageInfo({ events, hasMore, goOnFrom }: EventPage, { from, after, before }: Asked) {
  const first = events.at(0)?.seq ?? null;
  const last = events.at(-1)?.seq ?? null;
  const isForwards = from === 'start';
  return {
    hasNextPage: isForwards ? hasMore : before != null,
    hasPreviousPage: isForwards ? after != null && after > 0n : hasMore,
    startCursor: cursorOf(isForwards ? first : (goOnFrom ?? first)),
    endCursor: cursorOf(isForwards ? (goOnFrom ?? last) : last),
  };
}

const cursorOf = (seq: bigint | null) => (seq === null ? null : String(seq));
