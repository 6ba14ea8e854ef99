import type { EventFilter } from '@sightline/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CalendarSearch, FilterX, RefreshCw, ZoomOut } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { useAct, useList } from '../../app/data.ts';
import { useLocale } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { EventRow } from '../../components/event-row.tsx';
import { pictureOf } from '../../components/picture-of.ts';
import { filterOfSearch } from '../../components/event-search.ts';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { EventFacets } from './event-facets.tsx';
import { barsOf, rangeDefault, rangeNames, readEventsSearch, spanOf, stepOf, withRange } from './event-range.ts';
import type { EventsSearch, RangeName, Span } from './event-range.ts';
import styles from './events.module.css';
import { text } from './text.ts';
import { Timeline } from './timeline.tsx';
import { useTimes } from './use-counts.ts';

const customRange = '*custom';

/** What happened: when, where, what of it, and the way to each. */
export function Events(): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const locale = useLocale();
  const given = useSearch({ strict: false });
  const search = useMemo(() => readEventsSearch(given), [given]);
  const navigate = useNavigate();
  const go = (next: EventsSearch) => void navigate({ to: '/events', search: next });
  const [now, setNow] = useState(() => new Date());
  const span = useMemo(() => spanOf(search, now), [search, now]);
  const refresh = useAct(async () => setNow(new Date()), { changes: [['events'], ['sources', 'names']] });
  const step = stepOf(span);
  const chosen = filterOfSearch(search);
  const times = useTimes(span, step, chosen);
  const bars = useMemo(() => barsOf(span, step, times.data ?? []), [span, step, times.data]);
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  const isPart = search.from !== undefined;
  return (
    <>
      <PageHead title={t.title}>
        {isPart && (
          <Button look="quiet" icon={<ZoomOut aria-hidden />} onClick={() => go(withRange(search, rangeDefault))}>
            {t.whole}
          </Button>
        )}
        <Select<RangeName | typeof customRange>
          label={t.time}
          isLabelHidden
          value={isPart ? customRange : (search.range ?? rangeDefault)}
          options={[
            ...(isPart ? [{ value: customRange, label: spanText(span, locale) } as const] : []),
            ...rangeNames.map((value) => ({ value, label: t[value] })),
          ]}
          onChange={(value) => value !== customRange && go(withRange(search, value))}
        />
        <Button
          icon={<RefreshCw aria-hidden />}
          aria-label={t.refresh}
          isBusy={refresh.isPending}
          onClick={() => refresh.mutate(undefined)}
        />
      </PageHead>
      <section className={styles['times']} aria-label={t.timeline}>
        <p className={styles['total']} role="status">
          {times.data && (total === 1 ? t.one : t.total(count(total)))}
        </p>
        <Timeline bars={bars} step={step} onChoose={step === 'minute' ? null : (bar) => go(withRange(search, bar))} />
        <ErrorNote error={times.error} onRetry={() => void times.refetch()} />
      </section>
      <div className={styles['parts']}>
        <EventFacets search={search} span={span} onChange={go} />
        <EventList
          filter={{ ...chosen, occurredFrom: span.from.toISOString(), occurredUntil: span.to.toISOString() }}
          isFiltered={chosen !== undefined}
          onClear={() =>
            go(search.from ? { from: search.from, to: search.to } : withRange({}, search.range ?? rangeDefault))
          }
        />
      </div>
    </>
  );
}

const spanText = ({ from, to }: Span, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).formatRange(from, to);

type ListProps = { filter: EventFilter; isFiltered: boolean; onClear: () => void };

function EventList({ filter, isFiltered, onClear }: ListProps): ReactElement {
  const t = useText(text);
  const list = useList(['events', 'latest', filter], (client, window) =>
    client.analytics.latestEvents({ ...window, filter }),
  );
  if (list.isPending) return <Skeleton lines={8} height="3.5rem" />;
  if (list.items.length === 0 && !list.hasNextPage && !list.error) {
    return isFiltered ? (
      <EmptyState
        icon={<FilterX aria-hidden />}
        title={t.filteredTitle}
        action={<Button onClick={onClear}>{t.clear}</Button>}
      >
        {t.filtered}
      </EmptyState>
    ) : (
      <EmptyState
        icon={<CalendarSearch aria-hidden />}
        title={t.emptyTitle}
        action={
          <PageLink to="/sources" look="primary">
            {t.toSources}
          </PageLink>
        }
      >
        {t.empty}
      </EmptyState>
    );
  }
  return (
    <div className={styles['found']}>
      {list.items.length > 0 ? (
        <ul className={styles['list']} aria-label={t.list}>
          {list.items.map((event, index) => (
            <li key={event.id} className={styles['item']}>
              <EventRow event={event} picture={pictureOf(event, (steps) => list.items[index + steps])} />
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles['total']}>{t.nothingYet}</p>
      )}
      <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      {list.hasNextPage && (
        <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.items.length > 0 ? t.more : t.searchOn}
        </Button>
      )}
    </div>
  );
}
