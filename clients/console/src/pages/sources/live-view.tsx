import type { Event } from '@sightline/core';
import { ScanEye } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { BoxOverlay } from '../../components/box-overlay.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Time } from '../../components/time.tsx';
import { framesOf, labelsOf } from './frames.ts';
import styles from './source-page.module.css';
import { text } from './text.ts';

/** How many frames can be gone back to. */
const framesMax = 12;

/** The newest frame in which something happened, with what was seen in it, and a way back to those before. */
export function LiveView({
  name,
  events,
  isWatching,
}: {
  name: string;
  events: readonly Event[];
  isWatching: boolean;
}): ReactElement {
  const t = useText(text);
  const [pinnedId, setPinnedId] = useState<string | null>(null);
  const frames = framesOf(events, framesMax);
  const pinned = frames.find(({ id }) => id === pinnedId);
  const shown = pinned ?? frames[0];
  if (!shown) {
    return (
      <Card title={t.live}>
        <EmptyState icon={<ScanEye aria-hidden />} title={t.nothingSeen}>
          {isWatching ? t.nothingSeenWatching : t.nothingSeenIdle}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Card title={t.live} actions={<Time at={shown.occurredAt} />}>
      <BoxOverlay src={shown.url} alt={t.picture(name, labelsOf(shown.boxes).join(', '))} boxes={shown.boxes} />
      <ul className={styles['frames']} aria-label={t.frames}>
        {frames.map(({ id, url, occurredAt, boxes }) => (
          <li key={id}>
            <button
              type="button"
              className={styles['frame']}
              aria-pressed={id === shown.id}
              aria-label={t.frameOf(new Date(occurredAt).toLocaleTimeString(), labelsOf(boxes).join(', '))}
              onClick={() => setPinnedId(id)}
            >
              <img src={url} alt="" loading="lazy" />
            </button>
          </li>
        ))}
      </ul>
      {pinned ? (
        <p className={styles['hint']}>
          {t.pinned}{' '}
          <Button look="quiet" onClick={() => setPinnedId(null)}>
            {t.latest}
          </Button>
        </p>
      ) : (
        <p className={styles['hint']}>{t.liveHint}</p>
      )}
    </Card>
  );
}
