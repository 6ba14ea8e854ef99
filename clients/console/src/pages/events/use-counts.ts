import type { EventBucket, EventFilter } from '@sightline/core';
import { useAsk } from '../../app/data.ts';
import type { EventFacet } from '../../components/event-search.ts';
import type { Span, Step } from './event-range.ts';

type Group = 'NONE' | 'LABEL' | 'SOURCE' | 'TYPE';
const groups: Readonly<Record<EventFacet, Group>> = { labels: 'LABEL', sources: 'SOURCE', types: 'TYPE' };
const filterKeys = { labels: 'labels', sources: 'sourceIds', types: 'types' } as const;

/** What can be counted by: confidence and time of day cannot. */
const countable = ({ labels, sourceIds, types }: EventFilter = {}) => ({
  ...(labels && { labels }),
  ...(sourceIds && { sourceIds }),
  ...(types && { types }),
});

const useStatistics = (groupBy: Group, grain: 'MINUTE' | 'HOUR' | 'DAY', { from, to }: Span, filter: EventFilter) => {
  const input = { groupBy, grain, from: from.toISOString(), to: to.toISOString(), filter };
  return useAsk<readonly EventBucket[]>(
    ['events', 'counts', input],
    (client, signal) => client.analytics.statistics(input, { signal }),
    { placeholderData: (before) => before },
  );
};

/** How much of what is chosen happened when. Days are added up from hours: theirs are not those of UTC. */
export const useTimes = (span: Span, step: Step, filter: EventFilter | undefined) =>
  useStatistics('NONE', step === 'minute' ? 'MINUTE' : 'HOUR', span, countable(filter));

/** How often each value of a facet is there, by what is chosen of the others; null while it is not known. */
export function useFacetCounts(
  facet: EventFacet,
  span: Span,
  filter: EventFilter | undefined,
): ReadonlyMap<string, number> | null {
  const { [filterKeys[facet]]: _own, ...others } = countable(filter);
  const { data } = useStatistics(groups[facet], 'DAY', span, others);
  if (!data) return null;
  const counts = new Map<string, number>();
  for (const { label, sourceId, type, eventCount } of data) {
    const value = { labels: label, sources: sourceId, types: type }[facet];
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + eventCount);
  }
  return counts;
}
