import type { ReactElement, ReactNode } from 'react';
import styles from './empty-state.module.css';

/** Nothing here yet: why, and the next step as a link or a button. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): ReactElement {
  return (
    <div className={styles['empty']}>
      {icon && <div className={styles['icon']}>{icon}</div>}
      <h2>{title}</h2>
      {children && <p className={styles['told']}>{children}</p>}
      {action}
    </div>
  );
}
