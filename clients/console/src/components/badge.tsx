import type { ReactElement, ReactNode } from 'react';
import styles from './badge.module.css';

/** A state in one word. Its colour never says more than the word. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'warn' | 'bad' | 'accent';
  children: ReactNode;
}): ReactElement {
  return <span className={`${styles['badge']} ${styles[tone]}`}>{children}</span>;
}
