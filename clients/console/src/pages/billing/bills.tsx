import type { Invoice, Payment } from '@sightline/core';
import { Download } from 'lucide-react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan, useList } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import button from '../../components/button.module.css';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './billing.module.css';
import { text } from './text.ts';

const invoiceTones = { OPEN: 'warn', PAID: 'good', UNCOLLECTIBLE: 'bad', VOID: 'plain' } as const;
const paymentTones = { PENDING: 'accent', SUCCEEDED: 'good', FAILED: 'bad', REFUNDED: 'plain' } as const;

/** Bills and credit notes, the newest first, each as a file. */
export function Invoices(): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const invoices = useList(['billing', 'invoices'], (asked, window) =>
    asked.billing.invoices({ ...window, pageSize: 12 }),
  );
  return (
    <Card title={t.invoices}>
      {invoices.isPending && <Skeleton lines={3} height="2rem" />}
      <ErrorNote error={invoices.error} onRetry={() => void invoices.refetch()} />
      {invoices.isSuccess && invoices.items.length === 0 && <p className={styles['soft']}>{t.invoicesEmpty}</p>}
      {invoices.items.length > 0 && (
        <Table
          caption={t.invoices}
          rows={invoices.items}
          keyOf={({ id }) => id}
          columns={[
            { key: 'number', head: t.number, cell: (invoice) => <Pdf invoice={invoice} /> },
            { key: 'date', head: t.date, cell: ({ issuedAt }) => <Time at={issuedAt} look="date" /> },
            {
              key: 'period',
              head: t.periodHead,
              cell: ({ periodStartsAt, periodEndsAt }) => (
                <>
                  <Time at={periodStartsAt} look="date" /> – <Time at={periodEndsAt} look="date" />
                </>
              ),
            },
            {
              key: 'total',
              head: t.total,
              cell: ({ totalMinor, currency }) => formats.money(totalMinor, currency),
              isNumber: true,
            },
            { key: 'state', head: t.state, cell: (invoice) => <State invoice={invoice} /> },
            { key: 'files', head: t.files, cell: (invoice) => <Files invoice={invoice} /> },
          ]}
        />
      )}
      {invoices.hasNextPage && (
        <div>
          <Button isBusy={invoices.isFetchingNextPage} onClick={() => void invoices.fetchNextPage()}>
            {t.more}
          </Button>
        </div>
      )}
    </Card>
  );
}

function State({ invoice: { kind, state, dueMinor, currency } }: { invoice: Invoice }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  if (kind === 'CREDIT_NOTE') return <Badge>{t.creditNote}</Badge>;
  return (
    <span className={styles['inline']}>
      <Badge tone={invoiceTones[state]}>{t[state]}</Badge>
      {state === 'OPEN' && dueMinor > 0 && t.due(formats.money(dueMinor, currency))}
    </span>
  );
}

/** The number is the way to the page itself: first in its row, so that phones have it, too. */
function Pdf({ invoice: { number, pdfPath } }: { invoice: Invoice }): ReactElement {
  const t = useText(text);
  return (
    <a href={pdfPath} download={`${number}.pdf`} aria-label={t.pdfOf(number)} title={t.pdfOf(number)}>
      {number}
    </a>
  );
}

function Files({ invoice: { id, number, csvPath, state, dueMinor } }: { invoice: Invoice }): ReactElement {
  const t = useText(text);
  const mayPay = useCan('BILLING_WRITE') && state === 'OPEN' && dueMinor > 0;
  const pay = useAct(() => client.billing.checkout({ invoiceId: id, returnTo: '/billing' }), {
    onDone: (url) => (url ? location.assign(url) : toast(t.byTransfer)),
  });
  const link = `${button['button']} ${button['quiet']}`;
  return (
    <>
      <span className={styles['inline']}>
        <a className={link} href={csvPath} download={`${number}.csv`} aria-label={t.csvOf(number)}>
          <Download aria-hidden />
          {t.csv}
        </a>
        {mayPay && (
          <Button isBusy={pay.isPending} aria-label={t.payOf(number)} onClick={() => pay.mutate(undefined)}>
            {t.pay}
          </Button>
        )}
      </span>
      <ErrorNote error={pay.error} />
    </>
  );
}

/** What was paid and what could not be. */
export function Payments(): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const payments = useList(['billing', 'payments'], (asked, window) =>
    asked.billing.payments({ ...window, pageSize: 12 }),
  );
  const keyOf = ({ invoiceNumber, createdAt, amountMinor }: Payment) =>
    [invoiceNumber, createdAt, amountMinor].join(' ');
  return (
    <Card title={t.payments}>
      {payments.isPending && <Skeleton lines={2} height="2rem" />}
      <ErrorNote error={payments.error} onRetry={() => void payments.refetch()} />
      {payments.isSuccess && payments.items.length === 0 && <p className={styles['soft']}>{t.paymentsEmpty}</p>}
      {payments.items.length > 0 && (
        <Table
          caption={t.payments}
          rows={payments.items}
          keyOf={keyOf}
          columns={[
            { key: 'date', head: t.date, cell: ({ createdAt }) => <Time at={createdAt} look="date" /> },
            { key: 'for', head: t.forBill, cell: ({ invoiceNumber }) => invoiceNumber ?? '' },
            { key: 'how', head: t.how, cell: ({ provider }) => t[provider] },
            {
              key: 'amount',
              head: t.amount,
              cell: ({ amountMinor, currency }) => formats.money(amountMinor, currency),
              isNumber: true,
            },
            {
              key: 'state',
              head: t.state,
              cell: ({ state }) => <Badge tone={paymentTones[state]}>{t[state]}</Badge>,
            },
          ]}
        />
      )}
      {payments.hasNextPage && (
        <div>
          <Button isBusy={payments.isFetchingNextPage} onClick={() => void payments.fetchNextPage()}>
            {t.more}
          </Button>
        </div>
      )}
    </Card>
  );
}
