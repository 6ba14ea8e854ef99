import type { Dashboard, SightlineError } from '@sightline/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { useFormats } from '../../components/formats.ts';
import { text } from './text.ts';
import styles from './tiles.module.css';

const hourMs = 3_600_000;
const refetchMs = 10_000;

/** The last hour by minutes, and what is watched now; asked for anew every ten seconds. */
export const useLastHour = (): UseQueryResult<Dashboard, SightlineError> =>
  useAsk(
    ['dashboard', 'last-hour'],
    (client, signal) => {
      const now = Date.now();
      return client.analytics.dashboard(
        { grain: 'MINUTE', from: new Date(now - hourMs).toISOString(), to: new Date(now).toISOString() },
        { signal },
      );
    },
    { refetchInterval: refetchMs },
  );

/** The state of things in four numbers. */
export function Tiles({ hour }: { hour: Dashboard | undefined }): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const most = hour?.byLabel[0];
  return (
    <dl className={styles['tiles']}>
      <Tile name={t.lastHour} value={hour && count(Number(hour.eventCount))}>
        {hour && <Minutes counts={hour.buckets.map(({ eventCount }) => Number(eventCount))} />}
      </Tile>
      <Tile
        name={t.sourcesOnline}
        value={hour && count(hour.sourcesOnline)}
        note={hour && t.ofSources(count(hour.sourceCount))}
      />
      <Tile
        name={t.sessionsRunning}
        value={hour && count(hour.sessionsActive)}
        note={hour && hour.sessionsQueued > 0 ? t.queued(count(hour.sessionsQueued)) : undefined}
      />
      <Tile
        name={t.mostSeen}
        value={hour && (most?.label ?? '–')}
        note={most && t.times(count(Number(most.eventCount)))}
      />
    </dl>
  );
}

type TileProps = {
  name: string;
  /** Undefined until it is known. */
  value: string | undefined;
  note?: string | undefined;
  children?: ReactNode;
};

function Tile({ name, value, note, children }: TileProps): ReactElement {
  return (
    <div className={styles['tile']}>
      <dt>{name}</dt>
      <dd className={styles['value']}>
        {value === undefined ? <span className={styles['unknown']} aria-hidden /> : <span>{value}</span>}
        {note && <span className={styles['note']}>{note}</span>}
      </dd>
      {children}
    </div>
  );
}

/** A bar a minute; the number above says the same. */
function Minutes({ counts }: { counts: readonly number[] }): ReactElement {
  const most = Math.max(1, ...counts);
  return (
    <dd className={styles['minutes']} aria-hidden>
      <svg viewBox={`0 0 ${counts.length} 20`} preserveAspectRatio="none">
        {counts.map((each, index) => (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- a minute is its place
            key={index}
            x={index + 0.15}
            width={0.7}
            y={20 - Math.max(each > 0 ? 2 : 0.5, (each / most) * 20)}
            height={20}
          />
        ))}
      </svg>
    </dd>
  );
}
