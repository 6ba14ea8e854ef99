import type { FollowedEvents } from '@sightline/web/react';
import type { ReactElement } from 'react';
import { useText } from '../app/text.ts';
import { Badge } from './badge.tsx';
import styles from './connection-badge.module.css';
import { text } from './event.text.ts';

type Props = Pick<FollowedEvents, 'state' | 'connection' | 'resumed'> & { isPaused?: boolean };

/** Whether a feed is live just now, and whether it had to come back. Changes are announced. */
export function ConnectionBadge({ state, connection, resumed, isPaused = false }: Props): ReactElement {
  const t = useText(text);
  const isOver = state === 'failed' || state === 'ended';
  const shown = isOver ? state : isPaused && connection === 'live' ? 'paused' : connection;
  const tone = shown === 'live' ? 'good' : shown === 'failed' ? 'bad' : shown === 'paused' ? 'accent' : 'warn';
  return (
    <span className={styles['told']} role="status">
      {resumed > 0 && <span className={styles['resumed']}>{t.resumed(resumed)}</span>}
      <Badge tone={tone}>
        <span className={`${styles['dot']} ${shown === 'live' ? styles['beats'] : ''}`} aria-hidden />
        {t[shown]}
      </Badge>
    </span>
  );
}
