import type { FeedItem } from '@sightline/core';
import { useEvents } from '@sightline/web/react';
import { Radio } from 'lucide-react';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import styles from './live.module.css';
import { text } from './text.ts';

/** How many of the kept events are shown before what comes, and how many are shown at most. */
const keptCount = 100;
const shownCount = 200;

export function Live(): ReactElement {
  const t = useText(text);
  const last = useAsk(['live', 'last'], (client, signal) => client.events.lastCursor({ signal }), {
    staleTime: Infinity,
  });
  return (
    <>
      {last.isPending && (
        <>
          <PageHead title={t.title} />
          <Skeleton lines={8} height="3rem" />
        </>
      )}
      {last.error && <ErrorNote error={last.error} onRetry={() => void last.refetch()} />}
      {last.isSuccess && <Feed after={String(Math.max(0, Number(last.data ?? 0) - keptCount))} />}
    </>
  );
}

function Feed({ after }: { after: string }): ReactElement {
  const t = useText(text);
  const { items, state, error } = useEvents({ after, limit: shownCount });
  return (
    <>
      <PageHead title={t.title}>
        <Badge tone={state === 'open' ? 'good' : 'warn'}>{t[state]}</Badge>
      </PageHead>
      <ErrorNote error={error} />
      {items.length === 0 && !error ? (
        <EmptyState
          icon={<Radio aria-hidden />}
          title={t.emptyTitle}
          action={
            <PageLink to="/sources" look="primary">
              {t.addSource}
            </PageLink>
          }
        >
          {t.empty}
        </EmptyState>
      ) : (
        <ol className={styles['feed']} aria-label={t.feed}>
          {items.toReversed().map((item) => (
            <Row key={item.cursor} item={item} />
          ))}
        </ol>
      )}
    </>
  );
}

function Row({ item }: { item: FeedItem }): ReactElement {
  const t = useText(text);
  if (item.kind === 'gap') return <li className={styles['row']}>{t.gap(item.fromSeq, item.toSeq)}</li>;
  const { label, type, source, occurredAt, snapshot, confidence } = item.event;
  return (
    <li className={styles['row']}>
      {snapshot ? <img className={styles['picture']} src={snapshot.url} alt="" loading="lazy" /> : <span />}
      <span className={styles['what']}>{t.seen(label ?? t[type], source?.name ?? t.goneSource)}</span>
      {confidence !== null && <Badge>{`${Math.round(confidence * 100)} %`}</Badge>}
      <span className={styles['when']}>
        <Time at={occurredAt} />
      </span>
    </li>
  );
}
