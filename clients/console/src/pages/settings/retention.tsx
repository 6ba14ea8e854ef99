import type { Organization } from '@sightline/core';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { useFormats } from '../../components/formats.ts';
import { toast } from '../../components/toast.tsx';
import styles from './settings.module.css';
import { text } from './text.ts';

type Days = Organization['retention'];
const kinds = ['eventDays', 'snapshotDays', 'archiveDays', 'auditDays'] as const satisfies readonly (keyof Days)[];
/** As the server wants them. */
const least: Days = { eventDays: 1, snapshotDays: 1, archiveDays: 0, auditDays: 30 };

/** What is different; what is left out stays as it is. */
function changedDays(before: Days, after: Days): Partial<Days> {
  return Object.fromEntries(kinds.filter((kind) => before[kind] !== after[kind]).map((kind) => [kind, after[kind]]));
}

/** For how many days the organization keeps what. Less removes what is older, so that asks first. */
export function Retention({ retention }: { retention: Days }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const mayWrite = useCan('ORGANIZATION_WRITE');
  const plan = useAsk(['billing', 'current'], (asked, signal) => asked.billing.current({ signal }));
  const [asked, setAsked] = useState<Partial<Days> | null>(null);
  const save = useAct((change: Partial<Days>) => client.privacy.retention(change), {
    changes: [['organization']],
    onDone: () => toast(t.retentionSaved),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const after = Object.fromEntries(kinds.map((kind) => [kind, Number(given.get(kind))])) as Days;
    const change = changedDays(retention, after);
    const isLess = kinds.some((kind) => after[kind] < retention[kind]);
    if (isLess) setAsked(change);
    else if (Object.keys(change).length > 0) save.mutate(change);
  }
  const most = plan.data?.plan.maxRetentionDays;
  return (
    <Card title={t.retention}>
      <p className={styles['soft']}>
        {t.retentionTold} {most !== undefined && t.retentionMost(formats.count(most))}
      </p>
      <form onSubmit={send} className={styles['form']}>
        <div className={styles['days']}>
          {kinds.map((kind) => (
            <Field
              key={`${kind} ${retention[kind]}`}
              label={t[kind]}
              hint={t[`${kind}Hint`]}
              name={kind}
              type="number"
              inputMode="numeric"
              required
              min={least[kind]}
              max={3_650}
              defaultValue={retention[kind]}
              readOnly={!mayWrite}
            />
          ))}
        </div>
        <ErrorNote error={save.error} />
        {mayWrite ? (
          <div>
            <Button type="submit" look="primary" isBusy={save.isPending}>
              {t.save}
            </Button>
          </div>
        ) : (
          <p className={styles['soft']}>{t.onlyAdmins}</p>
        )}
      </form>
      {asked && (
        <Confirm
          title={t.lessTitle}
          action={t.lessAction}
          isBusy={false}
          error={null}
          onConfirm={() => {
            save.mutate(asked);
            setAsked(null);
          }}
          onCancel={() => setAsked(null)}
        >
          {t.lessTold}
        </Confirm>
      )}
    </Card>
  );
}
