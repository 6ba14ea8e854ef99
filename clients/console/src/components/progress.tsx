import { useId } from 'react';
import type { ReactElement } from 'react';
import styles from './progress.module.css';

type Props = {
  label: string;
  /** 0 to 1; null while nobody knows how long it will be. */
  share: number | null;
  /** Said beside the label, such as `3 of 10 MB`. */
  told?: string;
};

/** How far something is that has an end. */
export function Progress({ label, share, told }: Props): ReactElement {
  const id = useId();
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={styles['progress']}>
      <div className={styles['told']}>
        <span id={id}>{label}</span>
        {told && <span className={styles['value']}>{told}</span>}
      </div>
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
        aria-valuetext={told}
        className={styles['track']}
      >
        <div
          className={`${styles['fill']} ${percent === null ? styles['unknown'] : ''}`}
          style={percent === null ? {} : { width: `${percent}%` }}
        />
      </div>
    </div>
  );
}
