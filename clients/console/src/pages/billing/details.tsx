import type { BillingDetails } from '@sightline/core';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { TextArea } from '../../components/text-area.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './billing.module.css';
import { text } from './text.ts';

/** What the next bills say about whoever pays. */
export function Details(): ReactElement {
  const t = useText(text);
  const details = useAsk(['billing', 'details'], (asked, signal) => asked.billing.details({ signal }));
  return (
    <Card title={t.details}>
      <p className={styles['soft']}>{t.detailsTold}</p>
      {details.isPending && <Skeleton lines={4} height="2.25rem" />}
      <ErrorNote error={details.error} onRetry={() => void details.refetch()} />
      {details.data && <Form details={details.data} />}
    </Card>
  );
}

function Form({ details }: { details: BillingDetails }): ReactElement {
  const t = useText(text);
  const mayWrite = useCan('BILLING_WRITE');
  const save = useAct((given: Partial<Record<keyof BillingDetails, string>>) => client.billing.setDetails(given), {
    changes: [['billing', 'details']],
    onDone: () => toast(t.saved),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].map(([key, value]) => [key, String(value).trim()] as const);
    // What is left out is no longer on bills.
    save.mutate(Object.fromEntries(given.filter(([, value]) => value !== '')));
  }
  return (
    <form className={styles['form']} onSubmit={send}>
      <Field
        label={t.name}
        hint={t.nameHint}
        name="name"
        autoComplete="organization"
        maxLength={200}
        defaultValue={details.name ?? ''}
        readOnly={!mayWrite}
      />
      <TextArea
        label={t.address}
        name="address"
        autoComplete="street-address"
        rows={3}
        maxLength={500}
        defaultValue={details.address ?? ''}
        readOnly={!mayWrite}
      />
      <Field
        label={t.country}
        name="country"
        autoComplete="country-name"
        maxLength={100}
        defaultValue={details.country ?? ''}
        readOnly={!mayWrite}
      />
      <Field
        label={t.taxNumber}
        name="taxNumber"
        maxLength={50}
        defaultValue={details.taxNumber ?? ''}
        readOnly={!mayWrite}
      />
      <ErrorNote error={save.error} />
      {mayWrite && (
        <div>
          <Button type="submit" look="primary" isBusy={save.isPending}>
            {t.save}
          </Button>
        </div>
      )}
    </form>
  );
}
