import type { CurrentPlan, Plan, PlanSubscription } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Dated } from '../../components/dated.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { toast } from '../../components/toast.tsx';
import styles from './billing.module.css';
import { text } from './text.ts';

/** What is out of date when the plan is another. */
export const afterChange = [['billing'], ['usage'], ['viewer'], ['organization']] as const;

const tones = { TRIALING: 'accent', ACTIVE: 'good', PAST_DUE: 'warn', GRACE: 'bad', CANCELED: 'plain' } as const;

/** What the organization is on, how that stands, and what can be done about it. */
export function CurrentPlanCard({ current, plans }: { current: CurrentPlan; plans: readonly Plan[] }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const organization = useAsk(['organization'], (asked, signal) => asked.organizations.current({ signal }));
  const mayBuy = useCan('BILLING_WRITE');
  const { plan, subscription } = current;
  const price = formats.money(subscription?.priceMinor ?? plan.priceMinor, plan.currency);
  const pending = plans.find(({ code }) => code === subscription?.pendingPlanCode)?.name ?? null;
  return (
    <Card
      title={t.plan}
      actions={subscription && <Badge tone={tones[subscription.state]}>{t[subscription.state]}</Badge>}
    >
      <div>
        <p className={styles['name']}>{plan.name}</p>
        <p className={styles['soft']}>
          {!subscription && t.freeForever}
          {subscription && (plan.interval === 'YEAR' ? t.perYear(price) : t.perMonth(price))}
        </p>
      </div>
      {subscription && <Standing subscription={subscription} pending={pending} />}
      {organization.data?.isSandbox && <p className={styles['soft']}>{t.sandbox}</p>}
      {subscription && mayBuy && <Acts subscription={subscription} />}
    </Card>
  );
}

/** What comes next, and when. */
function Standing({ subscription, pending }: { subscription: PlanSubscription; pending: string | null }): ReactElement {
  const t = useText(text);
  const { state, trialEndsAt, periodEndsAt, cancelAtPeriodEnd, pastDueSince, graceEndsAt } = subscription;
  const ends = cancelAtPeriodEnd ? t.endsOn : pending ? t.changesOn(pending) : null;
  return (
    <div>
      {state === 'TRIALING' && !ends && trialEndsAt && (
        <p>
          <Dated sentence={t.trialEnds} at={trialEndsAt} />
        </p>
      )}
      {state === 'ACTIVE' && !ends && (
        <p>
          <Dated sentence={t.renews} at={periodEndsAt} />
        </p>
      )}
      {ends && (
        <p>
          <Dated sentence={ends} at={periodEndsAt} />
        </p>
      )}
      {pastDueSince && (
        <p>
          <Dated sentence={t.pastDue} at={pastDueSince} />
        </p>
      )}
      {graceEndsAt && (
        <p>
          <Dated sentence={t.grace} at={graceEndsAt} />
        </p>
      )}
    </div>
  );
}

function Acts({ subscription }: { subscription: PlanSubscription }): ReactElement {
  const t = useText(text);
  const [isAsking, setAsking] = useState(false);
  const cancel = useAct(() => client.billing.cancel({ atPeriodEnd: true }), {
    changes: afterChange,
    onDone() {
      setAsking(false);
      toast(t.canceled);
    },
  });
  const resume = useAct(() => client.billing.resume(), { changes: afterChange, onDone: () => toast(t.kept) });
  const portal = useAct(() => client.billing.portal({ returnTo: '/billing' }), {
    onDone: (url) => (url ? location.assign(url) : toast(t.byTransfer)),
  });
  const isLeaving = subscription.cancelAtPeriodEnd || subscription.pendingPlanCode !== null;
  return (
    <>
      <ErrorNote error={resume.error ?? portal.error} />
      <div className={styles['acts']}>
        <Button isBusy={portal.isPending} onClick={() => portal.mutate(undefined)}>
          {t.waysToPay}
        </Button>
        {isLeaving && (
          <Button look="primary" isBusy={resume.isPending} onClick={() => resume.mutate(undefined)}>
            {t.keepPlan}
          </Button>
        )}
        {!subscription.cancelAtPeriodEnd && (
          <Button look="danger" onClick={() => setAsking(true)}>
            {t.cancelPlan}
          </Button>
        )}
      </div>
      {isAsking && (
        <Confirm
          title={t.cancelTitle(subscription.plan.name)}
          action={t.cancelPlan}
          isBusy={cancel.isPending}
          error={cancel.error}
          onConfirm={() => cancel.mutate(undefined)}
          onCancel={() => setAsking(false)}
        >
          {t.cancelTold}
        </Confirm>
      )}
    </>
  );
}
