import type { ReactElement } from 'react';
import styles from './code-block.module.css';
import { CopyButton } from './copy-button.tsx';

/** Something to paste elsewhere. `label` says what, for screen readers. */
export function CodeBlock({ code, label }: { code: string; label: string }): ReactElement {
  return (
    <figure className={styles['block']}>
      {/* What scrolls has to be reachable by keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles['code']} role="region" aria-label={label} tabIndex={0}>
        <code>{code}</code>
      </pre>
      <div className={styles['copy']}>
        <CopyButton value={code} />
      </div>
    </figure>
  );
}
