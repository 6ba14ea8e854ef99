import type { EventFilter, FeedItem } from '@sightline/core';
import { useEvents } from '@sightline/web/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp, FilterX, Pause, Play, Radio } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ConnectionBadge } from '../../components/connection-badge.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { EventRow, eventRowHeight } from '../../components/event-row.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { pictureOf } from '../../components/picture-of.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import styles from './feed.module.css';
import { text } from './text.ts';
import { useHeld } from './use-held.ts';

/** What is kept, while it is shown and while it waits. */
const keptMax = 5_000;
/** Nobody reads more often; what comes alone is shown at once. */
const flushMs = 150;

type Props = {
  title: string;
  /** Where to begin; null until it is known. */
  after: string | null;
  filter: EventFilter | undefined;
  /** Nothing has ever happened. */
  isNew: boolean;
  /** Why it is not known where to begin. */
  problem: ReactNode;
  onClear: () => void;
  /** Called when something came. */
  onNews: () => void;
  /** Between the head and the rows. */
  children: ReactNode;
};

/** What happens, newest first, held still while somebody reads further down or has paused it. */
export function Feed({ title, after, filter, isNew, problem, onClear, onNews, children }: Props): ReactElement {
  const t = useText(text);
  const { items, state, error, connection, resumed } = useEvents({
    ...{ after: after ?? undefined, filter, enabled: after !== null },
    ...{ limit: keptMax, flushMs },
  });
  const newest = items.at(-1)?.cursor;
  const latestOnNews = useRef(onNews);
  latestOnNews.current = onNews;
  useEffect(() => {
    if (newest !== undefined) latestOnNews.current();
  }, [newest]);
  // Another filter is another feed, at its top and not paused.
  const key = JSON.stringify(filter ?? null);
  const [pausedFor, pauseFor] = useState<string | null>(null);
  const [awayIn, setAwayIn] = useState<string | null>(null);
  const isPaused = pausedFor === key;
  const isHeld = isPaused || awayIn === key;
  const scroller = useRef<HTMLDivElement>(null);
  const { shown, waiting, isMore } = useHeld(items, isHeld ? key : null);
  const goOn = () => {
    pauseFor(null);
    setAwayIn(null);
    if (scroller.current) scroller.current.scrollTop = 0;
  };
  const isComing = state === 'idle' || (state === 'open' && (connection === 'connecting' || (!isNew && !filter)));
  return (
    <>
      <PageHead title={title}>
        <ConnectionBadge state={state} connection={connection} resumed={resumed} isPaused={isPaused} />
        <Button
          icon={isPaused ? <Play aria-hidden /> : <Pause aria-hidden />}
          onClick={() => (isPaused ? goOn() : pauseFor(key))}
        >
          {isPaused ? t.goOn : t.pause}
        </Button>
      </PageHead>
      {children}
      {problem}
      <ErrorNote error={error} />
      {shown.length > 0 && (
        <div className={styles['frame']}>
          {waiting > 0 && isHeld && <Waiting count={waiting} isMore={isMore} onShow={goOn} />}
          <Rows items={shown} scroller={scroller} onAway={(isAway) => setAwayIn(isAway ? key : null)} />
        </div>
      )}
      {shown.length === 0 && isComing && !problem && <Skeleton lines={6} height="3.5rem" />}
      {shown.length === 0 && !isComing && !error && <Nothing isFiltered={filter !== undefined} onClear={onClear} />}
    </>
  );
}

function Waiting({ count, isMore, onShow }: { count: number; isMore: boolean; onShow: () => void }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  return (
    <div className={styles['waiting']}>
      <Button look="primary" icon={<ArrowUp aria-hidden />} onClick={onShow}>
        {t.waiting(formats.count(count) + (isMore ? '+' : ''), count)}
      </Button>
    </div>
  );
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }): ReactElement {
  const t = useText(text);
  if (isFiltered) {
    const action = (
      <Button icon={<FilterX aria-hidden />} onClick={onClear}>
        {t.clear}
      </Button>
    );
    return (
      <EmptyState icon={<FilterX aria-hidden />} title={t.filteredTitle} action={action}>
        {t.filtered}
      </EmptyState>
    );
  }
  const action = (
    <PageLink to="/sources" look="primary">
      {t.addSource}
    </PageLink>
  );
  return (
    <EmptyState icon={<Radio aria-hidden />} title={t.emptyTitle} action={action}>
      {t.empty}
    </EmptyState>
  );
}

type RowsProps = {
  /** Oldest first; shown newest first. */
  items: readonly FeedItem[];
  scroller: React.RefObject<HTMLDivElement | null>;
  onAway: (isAway: boolean) => void;
};

/** Only what is in sight is there, however many there are. */
function Rows({ items, scroller, onAway }: RowsProps): ReactElement {
  const t = useText(text);
  const itemAt = (index: number) => items[items.length - 1 - index];
  const eventAt = (index: number) => {
    const item = itemAt(index);
    return item?.kind === 'event' ? item.event : item && null;
  };
  const pictureAt = (index: number) => {
    const event = eventAt(index);
    return event ? pictureOf(event, (steps) => eventAt(index + steps)) : null;
  };
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => eventRowHeight,
    overscan: 4,
  });
  return (
    <div
      ref={scroller}
      className={styles['feed']}
      role="feed"
      aria-label={t.feed}
      aria-busy={false}
      onScroll={({ currentTarget }) => onAway(currentTarget.scrollTop > 0)}
      onKeyDown={moveByKeys}
    >
      <div className={styles['all']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const item = itemAt(index);
          return (
            item && (
              <article
                key={item.cursor}
                className={styles['place']}
                style={{ transform: `translateY(${start}px)` }}
                aria-posinset={index + 1}
                aria-setsize={items.length}
                data-cursor={item.cursor}
              >
                <Item item={item} picture={pictureAt(index)} />
              </article>
            )
          );
        })}
      </div>
    </div>
  );
}

const Item = memo(function Item({ item, picture }: { item: FeedItem; picture: string | null }): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  if (item.kind === 'event') return <EventRow event={item.event} picture={picture} />;
  return <p className={styles['gap']}>{t.gap(count(item.fromSeq), count(item.toSeq))}</p>;
});

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/** From row to row, as in a list. */
function moveByKeys(event: KeyboardEvent<HTMLDivElement>): void {
  const by = steps[event.key];
  const row = document.activeElement?.closest('article');
  if (by === undefined || !row || event.metaKey || event.ctrlKey || event.altKey) return;
  const at = Number(row.getAttribute('aria-posinset')) + by;
  const next = event.currentTarget.querySelector<HTMLElement>(`article[aria-posinset="${at}"] a`);
  if (!next) return;
  event.preventDefault();
  next.focus();
}
