import type { ReactElement } from 'react';
import { useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import styles from './team.module.css';
import { text } from './text.ts';

/** The letters that stand for somebody. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...(word ?? '')][0]?.toLocaleUpperCase() ?? '').join('');
}

/** Somebody in a row of a table. */
export function Person({ id, name, email }: { id: string; name: string; email: string }): ReactElement {
  const t = useText(text);
  const isViewer = useViewer().data?.user?.id === id;
  return (
    <span className={styles['person']}>
      <span className={styles['initials']} aria-hidden>
        {initialsOf(name)}
      </span>
      <span className={styles['who']}>
        <span className={styles['name']}>
          {name} {isViewer && <Badge tone="accent">{t.you}</Badge>}
        </span>
        <span className={styles['soft']}>{email}</span>
      </span>
    </span>
  );
}
