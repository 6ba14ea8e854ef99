import type { Session } from '@sightline/core';
import { Play, Square } from 'lucide-react';
import type { ReactElement } from 'react';
import { useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { text } from './text.ts';
import type { Watching } from './use-watching.ts';

const tones = {
  QUEUED: 'accent',
  STARTING: 'accent',
  RUNNING: 'good',
  STOPPING: 'warn',
  STOPPED: 'plain',
  COMPLETED: 'plain',
  FAILED: 'bad',
} as const satisfies Record<Session['state'], string>;

/** How a session is, in one word. */
export function StateBadge({ state }: { state: Session['state'] | null }): ReactElement {
  const t = useText(text);
  return state === null ? <Badge>{t.neverWatched}</Badge> : <Badge tone={tones[state]}>{t[state]}</Badge>;
}

/** Starts or stops, for whoever may. */
export function WatchButton({
  watching,
  isMain = false,
}: {
  watching: Watching;
  isMain?: boolean;
}): ReactElement | null {
  const t = useText(text);
  const may = useCan('SESSIONS_WRITE');
  if (!may) return null;
  if (!watching.isWatching) {
    return (
      <Button
        look={isMain ? 'primary' : 'plain'}
        icon={<Play aria-hidden />}
        isBusy={watching.isBusy}
        onClick={watching.start}
      >
        {t.start}
      </Button>
    );
  }
  return (
    <Button
      icon={<Square aria-hidden />}
      isBusy={watching.isBusy}
      disabled={watching.state === 'STOPPING'}
      onClick={watching.stop}
    >
      {t.stop}
    </Button>
  );
}
