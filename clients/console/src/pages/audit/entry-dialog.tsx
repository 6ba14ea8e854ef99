import type { AuditEntry } from '@sightline/core';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Time } from '../../components/time.tsx';
import type { AuditSearch } from './audit-search.ts';
import styles from './audit.module.css';
import { text } from './text.ts';

type Props = { entry: AuditEntry; onFilter: (search: AuditSearch) => void; onClose: () => void };

/** All that the log has of one entry, and the ways from it to others. */
export function EntryDialog({ entry, onFilter, onClose }: Props): ReactElement {
  const t = useText(text);
  const { targetId, requestId } = entry;
  const facts = [
    { head: t.name, value: entry.action },
    { head: t.requestId, value: requestId },
    { head: t.targetId, value: targetId },
    { head: t.before, value: entry.beforeHash },
    { head: t.after, value: entry.afterHash },
    { head: t.hash, value: entry.hash },
  ];
  return (
    <Dialog
      title={t.entryTitle(entry.seq)}
      open
      onOpenChange={(open) => !open && onClose()}
      actions={
        <>
          {targetId && <Button onClick={() => onFilter({ target: targetId })}>{t.onlyThis}</Button>}
          <Button onClick={() => onFilter({ request: requestId })}>{t.onlyRequest}</Button>
          <Button look="primary" onClick={onClose}>
            {t.close}
          </Button>
        </>
      }
    >
      <p>
        <Time at={entry.at} />
      </p>
      <dl className={styles['facts']}>
        {facts.map(
          ({ head, value }) =>
            value !== null && (
              <div key={head}>
                <dt>{head}</dt>
                <dd>
                  <code>{value}</code> <CopyButton value={value} />
                </dd>
              </div>
            ),
        )}
      </dl>
      <p className={styles['soft']}>{t.hashAbout}</p>
    </Dialog>
  );
}
