import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { EventFilters } from '../../components/event-filters.tsx';
import { filterOfSearch, readEventSearch } from '../../components/event-search.ts';
import { Feed } from './feed.tsx';
import { text } from './text.ts';
import { Tiles, useLastHour } from './tiles.tsx';

/** How far back the feed begins; further where a filter lets little of it through. */
const keptCount = 200;
const searchedCount = 5_000;
/** The numbers above follow what comes, so often at most. */
const newsMs = 3_000;

/** What happens, as it happens. */
export function Live(): ReactElement {
  const t = useText(text);
  const search = readEventSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const hour = useLastHour();
  const filter = filterOfSearch(search);
  // Anew at each visit: the feed goes on from here by itself.
  const last = useAsk(['live', 'last'], (client, signal) => client.events.lastCursor({ signal }), {
    ...{ staleTime: Infinity, gcTime: 0, refetchOnReconnect: false },
  });
  const back = filter ? searchedCount : keptCount;
  return (
    <Feed
      title={t.title}
      after={last.isSuccess ? String(Math.max(0, Number(last.data ?? 0) - back)) : null}
      filter={filter}
      isNew={last.data === null}
      problem={last.error && <ErrorNote error={last.error} onRetry={() => void last.refetch()} />}
      onNews={() => {
        if (hour.isFetched && Date.now() - hour.dataUpdatedAt > newsMs) void hour.refetch({ cancelRefetch: false });
      }}
      onClear={() => void navigate({ to: '/live', search: {} })}
    >
      <Tiles hour={hour.data} />
      <EventFilters
        search={search}
        labels={hour.data?.byLabel.map(({ label }) => label) ?? []}
        onChange={(next) => void navigate({ to: '/live', search: next, replace: true })}
      />
    </Feed>
  );
}
