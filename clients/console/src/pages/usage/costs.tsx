import type { Cost } from '@sightline/core';
import type { ReactElement } from 'react';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { text } from './text.ts';
import styles from './usage.module.css';

/** What the current billing period costs until now, and likely at its end. */
export function Costs(): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const cost = useAsk(['usage', 'cost'], (client, signal) => client.usage.costSoFar({ signal }));
  const forecast = useAsk(['usage', 'forecast'], (client, signal) => client.usage.forecast({ signal }));
  return (
    <Card title={t.cost}>
      <ErrorNote error={cost.error ?? forecast.error} onRetry={() => void cost.refetch()} />
      {(cost.isPending || forecast.isPending) && <Skeleton lines={2} height="3rem" />}
      {cost.data && forecast.data && (
        <>
          <p className={styles['soft']}>
            <Time at={cost.data.periodStartsAt} look="date" /> – <Time at={cost.data.periodEndsAt} look="date" />
          </p>
          <dl className={styles['figures']}>
            <div>
              <dt>{t.soFar}</dt>
              <dd>{formats.money(cost.data.totalMinor, cost.data.currency)}</dd>
            </div>
            <div>
              <dt>{t.forecast}</dt>
              <dd>{formats.money(forecast.data.totalMinor, forecast.data.currency)}</dd>
            </div>
          </dl>
          <p className={styles['soft']}>{t.forecastHow}</p>
          {cost.data.lines.length > 0 && <Lines cost={cost.data} />}
        </>
      )}
    </Card>
  );
}

function Lines({ cost: { baseMinor, currency, lines } }: { cost: Cost }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  type Line = { key: string; what: string; used: string; included: string; amountMinor: number };
  const metered = lines.map(({ meter, quantity, included, amountMinor }, index): Line => {
    const said = meter === 'SESSION_SECONDS' ? formats.duration : formats.count;
    return { key: `${meter} ${index}`, what: t[meter], used: said(quantity), included: said(included), amountMinor };
  });
  const base: Line = { key: 'base', what: t.base, used: '', included: '', amountMinor: baseMinor };
  return (
    <Table
      caption={t.costLines}
      rows={[base, ...metered]}
      keyOf={({ key }) => key}
      columns={[
        { key: 'what', head: t.what, cell: ({ what }) => what },
        { key: 'used', head: t.quantity, cell: ({ used }) => used, isNumber: true },
        { key: 'included', head: t.included, cell: ({ included }) => included, isNumber: true },
        {
          key: 'amount',
          head: t.amount,
          cell: ({ amountMinor }) => formats.money(amountMinor, currency),
          isNumber: true,
        },
      ]}
    />
  );
}
