import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChartColumn, ReceiptText } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk, useCan, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { Chart, roundDuration, roundTop } from '../../components/chart.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Costs } from './costs.tsx';
import { EstimateSession } from './estimate-session.tsx';
import { LimitBars } from './limit-bars.tsx';
import { text } from './text.ts';
import { TopUsers } from './top-users.tsx';
import { daysOf, meters, ranges, windowOf } from './usage-days.ts';
import type { Range } from './usage-days.ts';
import styles from './usage.module.css';

export function Usage(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const mayRead = useCan('BILLING_READ');
  const { range = 'period' } = useSearch({ from: '/shell/usage' });
  const navigate = useNavigate();
  const choose = (next: Range) =>
    void navigate({ to: '/usage', search: next === 'period' ? {} : { range: next }, replace: true });
  return (
    <>
      <PageHead title={t.title}>
        {mayRead && (
          <Select
            label={t.range}
            isLabelHidden
            value={range}
            options={ranges.map((value) => ({ value, label: t[value] }))}
            onChange={choose}
          />
        )}
      </PageHead>
      <div className={styles['page']}>
        {viewer.data && !mayRead && (
          <EmptyState icon={<ReceiptText aria-hidden />} title={t.refusedTitle}>
            {t.refused}
          </EmptyState>
        )}
        {mayRead && <Days range={range} />}
        <div className={styles['pair']}>
          <LimitBars />
          {mayRead && <Costs />}
          {mayRead && <TopUsers range={range} />}
          <EstimateSession />
        </div>
      </div>
    </>
  );
}

/** What was used, day by day, a chart for each meter. */
function Days({ range }: { range: Range }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  // Another day begins while nobody looks away: asked for anew with the next range.
  const [now] = useState(Date.now);
  const report = useAsk(
    ['usage', 'days', range],
    (client, signal) => client.usage.report({ ...windowOf(range, now), groupBy: 'DAY' }, { signal }),
    { refetchInterval: 30_000 },
  );
  if (report.isPending) {
    return (
      <div className={styles['meters']}>
        {meters.map((meter) => (
          <Card key={meter}>
            <Skeleton lines={1} height="11.5rem" />
          </Card>
        ))}
      </div>
    );
  }
  if (report.error && !report.data) return <ErrorNote error={report.error} onRetry={() => void report.refetch()} />;
  const { data } = report;
  if (data.totals.every(({ quantity }) => quantity === 0)) {
    return (
      <EmptyState
        icon={<ChartColumn aria-hidden />}
        title={t.emptyTitle}
        action={
          <PageLink to="/playground" look="primary">
            {t.toPlayground}
          </PageLink>
        }
      >
        {t.empty}
      </EmptyState>
    );
  }
  return (
    <section aria-label={t.title}>
      <div className={styles['meters']}>
        {meters.map((meter) => {
          const said = meter === 'SESSION_SECONDS' ? formats.duration : formats.count;
          const total = data.totals.find((each) => each.meter === meter)?.quantity ?? 0;
          return (
            <Card key={meter}>
              <Chart
                title={t[meter]}
                told={said(total)}
                format={meter === 'SESSION_SECONDS' ? formats.duration : formats.compact}
                topOf={meter === 'SESSION_SECONDS' ? roundDuration : roundTop}
                heads={[t.day, t[meter]]}
                points={daysOf(data, meter, now).map(({ day, quantity }) => ({
                  key: day,
                  label: formats.day(day),
                  value: quantity,
                }))}
              />
            </Card>
          );
        })}
      </div>
      <p className={styles['note']}>
        {t.daysAreUtc} {data.isCut && t.isCut}
      </p>
    </section>
  );
}
