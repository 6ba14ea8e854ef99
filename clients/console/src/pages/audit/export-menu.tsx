import type { AuditExportFormat } from '@sightline/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { saveFile } from '../../components/save-file.ts';
import { toast } from '../../components/toast.tsx';
import styles from './audit.module.css';
import { text } from './text.ts';

const kinds = {
  CSV: { ending: 'csv', type: 'text/csv' },
  NDJSON: { ending: 'ndjson', type: 'application/x-ndjson' },
} as const satisfies Record<AuditExportFormat, object>;

/** The whole log, part by part, into one file. */
export function ExportMenu(): ReactElement {
  const t = useText(text);
  const [count, setCount] = useState(0);
  const act = useAct(
    async (format: AuditExportFormat) => {
      setCount(0);
      const parts: string[] = [];
      let total = 0;
      for await (const { content, entryCount } of client.auditLog.export({ format })) {
        parts.push(content);
        total += entryCount;
        setCount(total);
      }
      const { ending, type } = kinds[format];
      saveFile({ name: `audit-${new Date().toISOString().slice(0, 10)}.${ending}`, type, content: parts.join('') });
      return total;
    },
    { changes: [['audit']], onDone: (total) => toast(t.exported(total)) },
  );
  return (
    <>
      {act.isPending ? (
        <span role="status" className={styles['soft']}>
          {t.exporting(count)}
        </span>
      ) : (
        <Menu
          trigger={
            <>
              <Download aria-hidden size={16} /> {t.export}
            </>
          }
          groups={[
            {
              label: t.exportAs,
              items: [
                { label: t.csv, onSelect: () => act.mutate('CSV') },
                { label: t.ndjson, onSelect: () => act.mutate('NDJSON') },
              ],
            },
          ]}
        />
      )}
      <ErrorNote error={act.error} />
    </>
  );
}
