import type { CurrentPlan, Plan } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './billing.module.css';
import { afterChange } from './current-plan.tsx';
import { text } from './text.ts';

type Props = { current: CurrentPlan; plan: Plan; onClose: () => void };

/** Says what another plan costs now, and changes to it. */
export function ChangePlan({ current, plan, onClose }: Props): ReactElement {
  return current.subscription ? (
    <Change current={current} plan={plan} onClose={onClose} />
  ) : (
    <Begin plan={plan} onClose={onClose} />
  );
}

/** The first plan that is paid for, with a trial where there is one. */
function Begin({ plan, onClose }: Pick<Props, 'plan' | 'onClose'>): ReactElement {
  const t = useText(text);
  const [way, setWay] = useState<'trial' | 'noTrial'>(plan.trialDays > 0 ? 'trial' : 'noTrial');
  const begin = useAct(
    // Left out, it is with a trial if there is one to have: who had theirs is not refused.
    () => client.billing.subscribe({ planCode: plan.code, ...(way === 'noTrial' && { trial: false }) }),
    {
      changes: afterChange,
      onDone() {
        onClose();
        toast(t.changed(plan.name));
      },
    },
  );
  return (
    <Dialog
      title={t.changeTitle(plan.name)}
      open
      onOpenChange={(open) => !open && onClose()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button look="primary" isBusy={begin.isPending} onClick={() => begin.mutate(undefined)}>
            {t.subscribe(plan.name)}
          </Button>
        </>
      }
    >
      <Price plan={plan} />
      {plan.trialDays > 0 && (
        <Choices
          kind="one"
          label={t.howTo}
          chosen={[way]}
          onChange={([next]) => next && setWay(next)}
          options={[
            { value: 'trial', label: t.trial, hint: t.trialHint(plan.trialDays) },
            { value: 'noTrial', label: t.noTrial, hint: t.noTrialHint },
          ]}
        />
      )}
      <ErrorNote error={begin.error} />
    </Dialog>
  );
}

function Change({ current, plan, onClose }: Props): ReactElement {
  const t = useText(text);
  // What is larger is wanted now; for what is smaller the period is paid already. Between months and years there is only the period.
  const mayBeNow = current.plan.interval === plan.interval;
  const [when, setWhen] = useState<'NOW' | 'PERIOD_END'>(
    mayBeNow && plan.rank > current.plan.rank ? 'NOW' : 'PERIOD_END',
  );
  const change = useAct(() => client.billing.change({ planCode: plan.code, when }), {
    changes: afterChange,
    onDone() {
      onClose();
      toast(when === 'NOW' ? t.changed(plan.name) : t.willChange(plan.name));
    },
  });
  return (
    <Dialog
      title={t.changeTitle(plan.name)}
      open
      onOpenChange={(open) => !open && onClose()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button look="primary" isBusy={change.isPending} onClick={() => change.mutate(undefined)}>
            {t.confirm(plan.name)}
          </Button>
        </>
      }
    >
      <Price plan={plan} />
      <Choices
        kind="one"
        label={t.when}
        chosen={[when]}
        onChange={([next]) => next && setWhen(next)}
        options={[
          { value: 'NOW', label: t.NOW, hint: t.nowHint, isDisabled: !mayBeNow },
          { value: 'PERIOD_END', label: t.PERIOD_END, hint: t.periodEndHint },
        ]}
      />
      {when === 'NOW' && <Settled planCode={plan.code} />}
      <ErrorNote error={change.error} />
    </Dialog>
  );
}

function Price({ plan: { priceMinor, currency, interval } }: { plan: Plan }): ReactElement {
  const t = useText(text);
  const price = useFormats().money(priceMinor, currency);
  return <p className={styles['price']}>{interval === 'YEAR' ? t.perYear(price) : t.perMonth(price)}</p>;
}

/** What changing at this moment adds to the next bill. */
function Settled({ planCode }: { planCode: string }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const preview = useAsk(
    ['billing', 'preview', planCode],
    (asked, signal) => asked.billing.preview(planCode, { signal }),
    // It is settled by the second.
    { staleTime: 0, gcTime: 0 },
  );
  if (preview.isPending) return <Skeleton lines={3} />;
  if (preview.error) return <ErrorNote error={preview.error} />;
  if (!preview.data) return <p className={styles['soft']}>{t.nothingNow}</p>;
  const { chargeMinor, creditMinor, currency } = preview.data;
  const sum = chargeMinor - creditMinor;
  const lines = [
    { said: t.charge, amount: chargeMinor },
    { said: t.credit, amount: -creditMinor },
    { said: sum < 0 ? t.sumBack : t.sum, amount: Math.abs(sum) },
  ];
  return (
    <div>
      <dl className={styles['settled']}>
        {lines.map(({ said, amount }) => (
          <div key={said}>
            <dt>{said}</dt>
            <dd>{formats.money(amount, currency)}</dd>
          </div>
        ))}
      </dl>
      <p className={styles['soft']}>{t.beforeTax}</p>
    </div>
  );
}
