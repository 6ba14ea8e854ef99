import type { ReactElement, ReactNode } from 'react';
import { useId } from 'react';
import styles from './meter-bar.module.css';

type Props = {
  label: string;
  used: number;
  /** How much there may be; null: as much as one likes, and no bar. */
  limit: number | null;
  /** Said beside the label, such as `3 of 10`. */
  told: string;
  /** Below the bar: when it is full again, or what to do. */
  children?: ReactNode;
};

/** From which share of a limit on it is worth a look. */
export const nearShare = 0.8;

/** How much of a limit is used. Its colour never says more than the words. */
export function MeterBar({ label, used, limit, told, children }: Props): ReactElement {
  const id = useId();
  const share = limit === null ? 0 : limit === 0 ? 1 : Math.min(1, used / limit);
  const tone = share >= 1 ? 'full' : share >= nearShare ? 'near' : 'plain';
  return (
    <div className={styles['meter']}>
      <div className={styles['told']}>
        <span id={id}>{label}</span>
        <span className={styles['value']}>{told}</span>
      </div>
      {limit !== null && (
        <div
          role="meter"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(used, limit)}
          aria-valuetext={told}
          className={styles['track']}
        >
          <div className={`${styles['fill']} ${styles[tone]}`} style={{ width: `${share * 100}%` }} />
        </div>
      )}
      {children && <div className={styles['note']}>{children}</div>}
    </div>
  );
}
