import type { ReactElement, ReactNode } from 'react';
import styles from './card.module.css';

/** What belongs together, with a heading of its own. */
export function Card({
  title,
  actions,
  children,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section className={styles['card']}>
      {(title ?? actions) && (
        <div className={styles['head']}>
          {title && <h2>{title}</h2>}
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
