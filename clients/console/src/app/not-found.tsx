import type { ReactElement } from 'react';
import { EmptyState } from '../components/empty-state.tsx';
import { PageHead } from '../components/page-head.tsx';
import { PageLink } from '../components/page-link.tsx';
import { text } from './shell.text.ts';
import styles from './shell.module.css';
import { useText } from './text.ts';

export function NotFound(): ReactElement {
  const t = useText(text);
  return (
    <main className={styles['alone']}>
      <PageHead title={t.notFoundTitle} />
      <EmptyState
        title={t.notFound}
        action={
          <PageLink to="/live" look="primary">
            {t.toLive}
          </PageLink>
        }
      />
    </main>
  );
}
