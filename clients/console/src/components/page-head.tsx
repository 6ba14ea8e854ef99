import { useEffect, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTitle } from '../app/use-title.ts';
import styles from './page-head.module.css';

/** The first page is what somebody came for, and has the focus where browsers put it. */
let isFirst = true;

/** The heading of a page, which also names the tab and has the focus after navigation. Exactly one a page. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  useTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <div className={styles['head']}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children && <div className={styles['actions']}>{children}</div>}
    </div>
  );
}
