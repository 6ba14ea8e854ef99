import type { ReactElement } from 'react';
import { useText } from '../app/text.ts';
import { text } from './components.text.ts';
import styles from './skeleton.module.css';

/** Where something will be: as many lines, and as high, as what is coming. */
export function Skeleton({ lines = 3, height = '1.25rem' }: { lines?: number; height?: string }): ReactElement {
  const t = useText(text);
  return (
    <div className={styles['skeleton']} role="status">
      <span className="visually-hidden">{t.loading}</span>
      {Array.from({ length: lines }, (_line, index) => (
        <div key={index} className={styles['line']} style={{ height }} aria-hidden />
      ))}
    </div>
  );
}
