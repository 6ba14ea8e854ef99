import { ViewerDocument } from '@sightline/core';
import type { Estimate, UsageLevel } from '@sightline/core';
import { useStream } from '@sightline/web/react';
import type { ReactElement } from 'react';
import type { ConsoleClient } from '../../app/client.ts';
import { useAsk, useCan, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { Dated } from '../../components/dated.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { MeterBar, nearShare } from '../../components/meter-bar.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { text } from './text.ts';
import styles from './usage.module.css';

const shown = [
  'predictionsPerPeriod',
  'maxSources',
  'maxConcurrentSessions',
  'maxSeats',
  'maxStoredBytes',
] as const satisfies readonly string[];
type Shown = (typeof shown)[number];

/** What there is of each limit, and what is left: an estimate of nothing says so for all of them at once. */
export function LimitBars(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const mayBuy = useCan('BILLING_WRITE');
  const limits = useAsk(['usage', 'limits'], (client, signal) => client.estimates.of(ViewerDocument, {}, { signal }), {
    refetchInterval: 30_000,
  });
  const { items } = useStream<UsageLevel, ConsoleClient>(
    ['usage', 'live'],
    (client, signal) => client.usage.live('PREDICTIONS', { signal }),
    { limit: 1, enabled: useCan('BILLING_READ') },
  );
  const rows = shown.flatMap((name) => {
    const row = rowOf(name, limits.data, items.at(-1));
    return row ? [row] : [];
  });
  const isNear = rows.some(({ used, limit }) => limit !== null && used >= limit * nearShare);
  const plan = viewer.data?.organization.plan.name;
  return (
    <Card
      title={t.limits}
      actions={
        mayBuy && (
          <PageLink to="/billing" look={isNear ? 'primary' : 'plain'}>
            {isNear ? t.upgrade : t.toBilling}
          </PageLink>
        )
      }
    >
      {limits.isPending && <Skeleton lines={5} height="2rem" />}
      <ErrorNote error={limits.error} onRetry={() => void limits.refetch()} />
      {plan && rows.length > 0 && <p className={styles['soft']}>{t.limitsAre(plan)}</p>}
      <div className={styles['bars']}>
        {rows.map((row) => (
          <Bar key={row.name} {...row} />
        ))}
      </div>
    </Card>
  );
}

type Row = { name: Shown; used: number; limit: number | null; resetsAt: string | null };

function rowOf(name: Shown, estimate: Estimate | undefined, live: UsageLevel | undefined): Row | null {
  if (name === 'predictionsPerPeriod' && live) return { name, ...live };
  const found = estimate?.left.find((each) => each.name === name);
  return found ? { name, used: found.limit - found.left, limit: found.limit, resetsAt: found.resetsAt } : null;
}

function Bar({ name, used, limit, resetsAt }: Row): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const said = name === 'maxStoredBytes' ? formats.bytes : formats.count;
  const told = limit === null ? t.unlimited(said(used)) : t.of(said(used), said(limit));
  const isReached = limit !== null && used >= limit;
  const isNear = limit !== null && used >= limit * nearShare;
  return (
    <MeterBar label={t[name]} used={used} limit={limit} told={told}>
      {isNear && (
        <p>
          {isReached ? t.reached : t.near} {resetsAt && <Dated sentence={t.fullAgain} at={resetsAt} />}
        </p>
      )}
    </MeterBar>
  );
}
