import { Flag } from 'lucide-react';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import styles from './settings.module.css';
import { text } from './text.ts';

/** What is new, and whether it is on here. Whoever runs the servers decides: a change is seen within seconds. */
export function Features(): ReactElement {
  const t = useText(text);
  const flags = useAsk(['flags'], (client, signal) => client.flags.list({ signal }), { refetchInterval: 5_000 });
  return (
    <div className={styles['page']}>
      {flags.isPending && <Skeleton lines={4} height="2rem" />}
      <ErrorNote error={flags.error} onRetry={() => void flags.refetch()} />
      {flags.data?.length === 0 && (
        <EmptyState icon={<Flag aria-hidden />} title={t.featuresEmptyTitle}>
          {t.featuresEmpty}
        </EmptyState>
      )}
      {flags.data && flags.data.length > 0 && (
        <>
          <p className={styles['soft']}>{t.featuresTold}</p>
          <Table
            caption={t.features}
            rows={flags.data}
            keyOf={({ name }) => name}
            columns={[
              { key: 'name', head: t.feature, cell: ({ name }) => <code>{name}</code> },
              {
                key: 'state',
                head: t.state,
                cell: ({ isOn }) => <Badge tone={isOn ? 'good' : 'plain'}>{isOn ? t.on : t.off}</Badge>,
              },
            ]}
          />
        </>
      )}
    </div>
  );
}
