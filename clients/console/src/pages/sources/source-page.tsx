import type { Event, Presence, SourceOverview } from '@sightline/core';
import { useEvents, useStream } from '@sightline/web/react';
import { Link, useParams } from '@tanstack/react-router';
import { ChevronLeft, Cctv } from 'lucide-react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAsk, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Progress } from '../../components/progress.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { newestFirst } from './frames.ts';
import { LiveView } from './live-view.tsx';
import styles from './source-page.module.css';
import { text } from './text.ts';
import { useWatching } from './use-watching.ts';
import type { Watching } from './use-watching.ts';

import { StateBadge, WatchButton } from './watch-state.tsx';

/** How many events are listed, and how many that come are kept. */
const listedMax = 25;
const keptMax = 300;

/** One source: what it sees, as it sees it, and how it is watched. */
export function SourcePage(): ReactElement {
  const t = useText(text);
  const { id } = useParams({ from: '/shell/sources/$id' });
  // Where the feed is goes first: what happens until the overview is there comes by the feed.
  const start = useAsk(['live', 'start', id], (any, signal) => any.events.lastCursor({ signal }), {
    staleTime: Infinity,
    gcTime: 0,
  });
  const found = useAsk(['source', id], (any, signal) => any.sources.overview(id, { signal }), {
    enabled: start.isSuccess,
  });
  const error = start.error ?? found.error;
  if (found.data === undefined) {
    return (
      <>
        <PageHead title={t.title} />
        {error ? (
          <ErrorNote error={error} onRetry={() => void start.refetch()} />
        ) : (
          <Skeleton lines={2} height="16rem" />
        )}
      </>
    );
  }
  if (!found.data) {
    return (
      <>
        <PageHead title={t.title} />
        <EmptyState
          icon={<Cctv aria-hidden />}
          title={t.gone}
          action={
            <PageLink to="/sources" look="primary">
              {t.toSources}
            </PageLink>
          }
        >
          {t.goneWhy}
        </EmptyState>
      </>
    );
  }
  return <Watched key={id} overview={found.data} after={start.data ?? '0'} />;
}

function Watched({ overview, after }: { overview: SourceOverview; after: string }): ReactElement {
  const t = useText(text);
  const { source, sessions } = overview;
  const watching = useWatching(source.id, sessions[0] ?? null);
  const feed = useEvents({ after, filter: { sourceIds: [source.id] }, limit: keptMax });
  const events = newestFirst([...overview.seen, ...feed.events]);
  return (
    <>
      <PageLink to="/sources" className={styles['back']}>
        <ChevronLeft aria-hidden />
        {t.toSources}
      </PageLink>
      <PageHead title={source.name}>
        <Others sourceId={source.id} />
        <StateBadge state={watching.state} />
        <WatchButton watching={watching} isMain />
      </PageHead>
      <ErrorNote error={watching.error ?? feed.error} />
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <LiveView name={source.name} events={events} isWatching={watching.isWatching} />
          <Happened sourceId={source.id} events={events} />
        </div>
        <div className={styles['column']}>
          <ThisSession watching={watching} />
          <About overview={overview} />
          <Earlier overview={overview} currentId={watching.session?.id ?? null} />
        </div>
      </div>
    </>
  );
}

/** Who else has it open now. */
function Others({ sourceId }: { sourceId: string }): ReactElement | null {
  const t = useText(text);
  const viewer = useViewer();
  const { items } = useStream<Presence>(
    ['presence', sourceId],
    (_client, signal) => client.presence.watch(sourceId, { signal }),
    { limit: 1 },
  );
  const others = (items.at(-1)?.present ?? []).filter(({ userId }) => userId !== viewer.data?.user?.id);
  if (others.length === 0) return null;
  return <span className={styles['others']}>{t.alsoHere(others.map(({ name }) => name).join(', '))}</span>;
}

function Happened({ sourceId, events }: { sourceId: string; events: readonly Event[] }): ReactElement | null {
  const t = useText(text);
  const { share } = useFormats();
  if (events.length === 0) return null;
  return (
    <Card
      title={t.events}
      actions={
        <Link to="/events" search={{ sources: sourceId }}>
          {t.allEvents}
        </Link>
      }
    >
      <ol className={styles['events']}>
        {events.slice(0, listedMax).map(({ id, type, label, confidence, occurredAt }) => (
          <li key={id}>
            <PageLink to={`/events/${id}`} className={styles['event']}>
              <span>{t[type](label ?? t.object)}</span>
              <span className={styles['soft']}>{confidence !== null && share(confidence)}</span>
              <span className={styles['soft']}>
                <Time at={occurredAt} look="time" />
              </span>
            </PageLink>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function ThisSession({ watching: { session, state } }: { watching: Watching }): ReactElement | null {
  const t = useText(text);
  const { count } = useFormats();
  if (!session) return null;
  const { framesRead, framesTotal, eventCount, model, startedAt, endedAt, endReason, endDetail } = session;
  return (
    <Card title={t.session}>
      <Progress
        label={t.framesRead}
        share={framesTotal ? framesRead / framesTotal : endedAt ? 1 : null}
        told={framesTotal ? t.framesOf(count(framesRead), count(framesTotal)) : count(framesRead)}
      />
      {endReason && <p className={styles['soft']}>{t[endReason]}</p>}
      {endDetail && state === 'FAILED' && <p className={styles['soft']}>{endDetail}</p>}
      <dl className={styles['facts']}>
        <dt>{t.eventsTold}</dt>
        <dd>{count(eventCount)}</dd>
        {model && <dt>{t.model}</dt>}
        {model && <dd>{model}</dd>}
        {startedAt && <dt>{t.began}</dt>}
        {startedAt && (
          <dd>
            <Time at={startedAt} />
          </dd>
        )}
        {endedAt && <dt>{t.ended}</dt>}
        {endedAt && (
          <dd>
            <Time at={endedAt} />
          </dd>
        )}
      </dl>
    </Card>
  );
}

function About({ overview: { source } }: { overview: SourceOverview }): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  return (
    <Card title={t.about}>
      <dl className={styles['facts']}>
        <dt>{t.what}</dt>
        <dd>{t[source.kind]}</dd>
        <dt>{t.where}</dt>
        <dd className={source.path ? styles['path'] : undefined}>
          {source.path ?? t.uploads(count(source.fileCount))}
        </dd>
        <dt>{t.pace}</dt>
        <dd>{t.seconds(count(source.frameIntervalMs / 1_000))}</dd>
        <dt>{t.created}</dt>
        <dd>
          <Time at={source.createdAt} />
        </dd>
        <dt>{t.id}</dt>
        <dd>
          <CopyButton value={source.id} />
        </dd>
      </dl>
    </Card>
  );
}

function Earlier({
  overview: { sessions },
  currentId,
}: {
  overview: SourceOverview;
  currentId: string | null;
}): ReactElement | null {
  const t = useText(text);
  const { count } = useFormats();
  const earlier = sessions.filter(({ id }) => id !== currentId);
  if (earlier.length === 0) return null;
  return (
    <Card title={t.sessions}>
      <ul className={styles['sessions']}>
        {earlier.map(({ id, state, createdAt, eventCount }) => (
          <li key={id}>
            <StateBadge state={state} />
            <Time at={createdAt} />
            <span className={styles['soft']}>{t.eventCount(count(eventCount))}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
