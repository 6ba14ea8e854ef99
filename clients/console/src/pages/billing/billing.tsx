import type { CurrentPlan, Plan } from '@sightline/core';
import { ReceiptText } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk, useCan, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import styles from './billing.module.css';
import { Invoices, Payments } from './bills.tsx';
import { ChangePlan } from './change-plan.tsx';
import { CurrentPlanCard } from './current-plan.tsx';
import { Details } from './details.tsx';
import { PlanCards } from './plan-cards.tsx';
import { text } from './text.ts';

export function Billing(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const mayRead = useCan('BILLING_READ');
  return (
    <>
      <PageHead title={t.title}>
        {mayRead && (
          <PageLink to="/usage" look="plain">
            {t.usageLink}
          </PageLink>
        )}
      </PageHead>
      {viewer.data &&
        (mayRead ? (
          <Bought />
        ) : (
          <EmptyState icon={<ReceiptText aria-hidden />} title={t.refusedTitle}>
            {t.refused}
          </EmptyState>
        ))}
    </>
  );
}

function Bought(): ReactElement {
  const current = useAsk(['billing', 'current'], (client, signal) => client.billing.current({ signal }));
  const plans = useAsk(['billing', 'plans'], (client, signal) => client.billing.plans({ signal }));
  const retry = () => void Promise.all([current.refetch(), plans.refetch()]);
  return (
    <div className={styles['page']}>
      <ErrorNote error={current.error ?? plans.error} onRetry={retry} />
      {(current.isPending || plans.isPending) && <Skeleton lines={2} height="9rem" />}
      {current.data && plans.data && <Plans current={current.data} plans={plans.data} />}
      <Invoices />
      <div className={styles['pair']}>
        <Payments />
        <Details />
      </div>
    </div>
  );
}

function Plans({ current, plans }: { current: CurrentPlan; plans: readonly Plan[] }): ReactElement {
  const mayBuy = useCan('BILLING_WRITE');
  const [chosen, setChosen] = useState<Plan | null>(null);
  return (
    <>
      <CurrentPlanCard current={current} plans={plans} />
      <PlanCards current={current} plans={plans} onChoose={mayBuy ? setChosen : null} />
      {chosen && <ChangePlan current={current} plan={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}
