import type { Event } from '@sightline/core';
import { useAsk } from '../../app/data.ts';

const eachSide = 3;

export type Around = {
  /** The one before and the one after, in the same session; null at its ends. */
  readonly older: Event | null;
  readonly newer: Event | null;
  /** In order, the event itself among them; empty until it is known. */
  readonly near: readonly Event[];
};

/** What happened around an event in the session it is of. */
export function useAround(event: Event): Around {
  const { session, cursor } = event;
  const { data } = useAsk(
    ['event', event.id, 'around'],
    async (client, signal): Promise<readonly Event[]> => {
      if (!session) return [];
      const window = { after: cursor, pageSize: eachSide, filter: { sessionIds: [session.id] }, signal };
      const [before, behind] = await Promise.all([client.analytics.latestEvents(window), client.events.list(window)]);
      return [...before.items.toReversed(), event, ...behind.items];
    },
    { staleTime: 60_000 },
  );
  const near = data ?? [];
  const at = near.findIndex(({ id }) => id === event.id);
  return { near: near.length > 1 ? near : [], older: near[at - 1] ?? null, newer: (at >= 0 && near[at + 1]) || null };
}
