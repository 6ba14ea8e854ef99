import type { SourceOverview } from '@sightline/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Cctv, ImageOff, Plus } from 'lucide-react';
import type { ReactElement } from 'react';
import { useCan, useList } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { AddSource } from './add-source.tsx';
import styles from './sources.module.css';
import { text } from './text.ts';
import { useWatching } from './use-watching.ts';
import { StateBadge, WatchButton } from './watch-state.tsx';

export function Sources(): ReactElement {
  const t = useText(text);
  const mayAdd = useCan('SOURCES_WRITE');
  const navigate = useNavigate();
  const { add = false } = useSearch({ from: '/shell/sources' });
  const setAdding = (isAdding: boolean) => void navigate({ to: '/sources', search: isAdding ? { add: true } : {} });
  const list = useList(['sources', 'overviews'], (client, window) =>
    client.sources.overviews({ ...window, pageSize: 24 }),
  );
  const addButton = mayAdd && (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
      {t.add}
    </Button>
  );
  const isEmpty = list.isSuccess && list.items.length === 0;
  return (
    <>
      <PageHead title={t.title}>{!isEmpty && addButton}</PageHead>
      {list.isPending && <Skeleton lines={4} height="6rem" />}
      <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      {isEmpty && (
        <EmptyState icon={<Cctv aria-hidden />} title={t.emptyTitle} action={addButton}>
          {t.empty}
        </EmptyState>
      )}
      <ul className={styles['cards']}>
        {list.items.map((each) => (
          <SourceCard key={each.source.id} overview={each} />
        ))}
      </ul>
      {list.hasNextPage && (
        <p className={styles['more']}>
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t.more}
          </Button>
        </p>
      )}
      {mayAdd && <AddSource isOpen={add} onClose={() => setAdding(false)} />}
    </>
  );
}

function SourceCard({ overview: { source, sessions, seen } }: { overview: SourceOverview }): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const watching = useWatching(source.id, sessions[0] ?? null);
  const newest = seen.find(({ snapshot }) => snapshot);
  return (
    <li className={styles['card']}>
      <div className={styles['picture']}>
        {newest?.snapshot ? (
          <img src={newest.snapshot.url} alt={t.snapshotOf(source.name)} loading="lazy" />
        ) : (
          <span className={styles['blank']}>
            <ImageOff aria-hidden />
            {t.noPicture}
          </span>
        )}
        <span className={styles['state']}>
          <StateBadge state={watching.state} />
        </span>
      </div>
      <div className={styles['told']}>
        <h2 className={styles['name']}>
          <PageLink to={`/sources/${source.id}`} className={styles['link']}>
            {source.name}
          </PageLink>
        </h2>
        <p className={styles['facts']}>
          <span>{t[source.kind]}</span>
          {watching.session && <span>{t.eventCount(count(watching.session.eventCount))}</span>}
          {newest && <Time at={newest.occurredAt} />}
        </p>
        <ErrorNote error={watching.error} />
        <div className={styles['actions']}>
          <WatchButton watching={watching} />
        </div>
      </div>
    </li>
  );
}
