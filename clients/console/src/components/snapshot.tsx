import { Eye, ImageOff, PlayCircle } from 'lucide-react';
import { memo, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import styles from './snapshot.module.css';

/** What passes by quicker than this is not loaded. */
const restMs = 150;

type Props = {
  /** Null where there is none. */
  url: string | null;
  /** What stands there instead of one that never was. */
  kind?: 'object' | 'session';
};

/** The small picture of a row, which says the same in words. Loaded once it is in sight, and stays there. */
export const Snapshot = memo(function Snapshot({ url, kind = 'object' }: Props): ReactElement {
  const [state, setState] = useState<'passing' | 'resting' | 'gone'>('passing');
  useEffect(() => {
    if (!url) return;
    const timer = setTimeout(() => setState('resting'), restMs);
    return () => clearTimeout(timer);
  }, [url]);
  const Icon = kind === 'session' ? PlayCircle : state === 'gone' ? ImageOff : Eye;
  return (
    <span className={styles['snapshot']}>
      {url && state === 'resting' ? (
        <img src={url} alt="" loading="lazy" decoding="async" onError={() => setState('gone')} />
      ) : (
        (!url || state === 'gone') && <Icon aria-hidden />
      )}
    </span>
  );
});
