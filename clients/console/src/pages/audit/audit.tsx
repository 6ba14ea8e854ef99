import type { AuditEntry } from '@sightline/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk, useCan, useList, useViewer } from '../../app/data.ts';
import { gather } from '../../app/gather.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { actions, isKnown, isKnownTarget, targets } from './actions.text.ts';
import { auditSearch, filterOf } from './audit-search.ts';
import type { AuditSearch } from './audit-search.ts';
import styles from './audit.module.css';
import { EntryDialog } from './entry-dialog.tsx';
import { ExportMenu } from './export-menu.tsx';
import { Filters } from './filters.tsx';
import { text } from './text.ts';

export function Audit(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const maySee = useCan('AUDIT_READ');
  return (
    <>
      <PageHead title={t.title}>{maySee && <ExportMenu />}</PageHead>
      {viewer.data && !maySee ? (
        <EmptyState icon={<ScrollText aria-hidden />} title={t.notAllowedTitle}>
          {t.notAllowed}
        </EmptyState>
      ) : (
        <Log />
      )}
    </>
  );
}

function Log(): ReactElement {
  const t = useText(text);
  const said = useText(actions);
  const about = useText(targets);
  const search = auditSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const entries = useList(['audit', search], (client, window) =>
    client.auditLog.list({ ...window, filter: filterOf(search) }),
  );
  const [shown, setShown] = useState<AuditEntry | null>(null);
  function show(next: AuditSearch): void {
    setShown(null);
    void navigate({ to: '/audit', search: next, replace: true, resetScroll: false });
  }
  return (
    <>
      <p className={styles['about']}>{t.about}</p>
      <Filters search={search} onChange={show} />
      {entries.isPending && <Skeleton lines={8} height="2.75rem" />}
      <ErrorNote error={entries.error} onRetry={() => void entries.refetch()} />
      {entries.isSuccess && entries.items.length === 0 && (
        <EmptyState
          icon={<ScrollText aria-hidden />}
          title={t.emptyTitle}
          action={<Button onClick={() => show({})}>{t.clear}</Button>}
        >
          {t.empty}
        </EmptyState>
      )}
      {entries.items.length > 0 && (
        <Table
          caption={t.entries}
          rows={entries.items}
          keyOf={({ seq }) => String(seq)}
          onPhone="stack"
          columns={[
            {
              key: 'what',
              head: t.what,
              cell: ({ action }) => (isKnown(action) ? said[action] : <code>{action}</code>),
            },
            { key: 'who', head: t.who, cell: (entry) => <Who entry={entry} /> },
            {
              key: 'about',
              head: t.about2,
              cell: ({ targetType }) =>
                targetType && <Badge>{isKnownTarget(targetType) ? about[targetType] : targetType}</Badge>,
            },
            { key: 'when', head: t.when, cell: ({ at }) => <Time at={at} /> },
            {
              key: 'details',
              head: t.details,
              isActions: true,
              cell: (entry) => (
                <Button look="quiet" onClick={() => setShown(entry)}>
                  {t.details}
                  <span className="visually-hidden">{t.detailsOf(entry.seq)}</span>
                </Button>
              ),
            },
          ]}
        />
      )}
      {entries.hasNextPage && (
        <div className={styles['more']}>
          <Button isBusy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
            {t.more}
          </Button>
        </div>
      )}
      {shown && <EntryDialog entry={shown} onFilter={show} onClose={() => setShown(null)} />}
    </>
  );
}

function Who({ entry: { actor, actorId, actorApiKeyId } }: { entry: AuditEntry }): ReactElement {
  const t = useText(text);
  const maySeeKeys = useCan('KEYS_WRITE');
  const keys = useAsk(['keys'], (client, signal) => gather(client.apiKeys.list({ pageSize: 100, signal })), {
    enabled: maySeeKeys && actorApiKeyId !== null,
  });
  const key = keys.data?.items.find(({ id }) => id === actorApiKeyId);
  return (
    <span className={styles['who']}>
      {actor?.name ?? (actorId === null ? t.system : t.gone)}
      {actorApiKeyId !== null && <span className={styles['soft']}>{key ? t.withKey(key.name) : t.withAKey}</span>}
    </span>
  );
}
