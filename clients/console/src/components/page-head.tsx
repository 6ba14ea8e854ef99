import { useEffect, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useTitle } from '../app/use-title.ts';
import styles from './page-head.module.css';

/** The page that somebody came for has the focus where browsers put it. */
let isFirst = true;
/** The path whose heading was shown last: a page that was loaded shows another one than while it was loading. */
let shownPath: string | null = null;

/** The heading of a page, which also names the tab and has the focus after navigation. Exactly one a page. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  useTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const isNew = location.pathname !== (shownPath ?? location.pathname);
    shownPath = location.pathname;
    if (isNew) isFirst = false;
    // Whoever went on meanwhile is left where they are.
    if (isNew || (!isFirst && document.activeElement === document.body)) heading.current?.focus();
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
