import type { CurrentPlan, Plan } from '@sightline/core';
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { useFormats } from '../../components/formats.ts';
import styles from './billing.module.css';
import { text } from './text.ts';

type Props = {
  current: CurrentPlan;
  plans: readonly Plan[];
  /** Null for who may not change the plan. */
  onChoose: ((plan: Plan) => void) | null;
};

/** What may be bought, side by side. */
export function PlanCards({ current, plans, onChoose }: Props): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const { plan: now, subscription } = current;
  // The next larger one is what somebody at a limit came for.
  const next = plans.find(({ rank }) => rank > now.rank)?.code;
  return (
    <section aria-label={t.plans} className={styles['plans']}>
      {plans.map((plan) => {
        const { code, name, interval, priceMinor, currency, trialDays } = plan;
        const isCurrent = code === now.code;
        const price = formats.money(priceMinor, currency);
        // Nothing to go back to: canceling is how one gets to what is free.
        const isOffered = !isCurrent && priceMinor > 0;
        return (
          <article key={code} className={`${styles['plan']} ${isCurrent ? styles['isCurrent'] : ''}`}>
            <div className={styles['planHead']}>
              <h2>{name}</h2>
              {isCurrent && <Badge tone="accent">{t.current}</Badge>}
            </div>
            <p className={styles['price']}>
              {priceMinor === 0 ? t.freeForever : interval === 'YEAR' ? t.perYear(price) : t.perMonth(price)}
            </p>
            {!subscription && trialDays > 0 && <p className={styles['soft']}>{t.tryFree(trialDays)}</p>}
            <Terms plan={plan} />
            {isOffered && onChoose && (
              <Button look={code === next ? 'primary' : 'plain'} onClick={() => onChoose(plan)}>
                {t.choose(name)}
              </Button>
            )}
          </article>
        );
      })}
    </section>
  );
}

function Terms({ plan }: { plan: Plan }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const { count, money, bytes } = formats;
  const price = plan.prices.find(({ meter }) => meter === 'PREDICTIONS');
  const beyond =
    price && price.unitAmountMinor > 0 && !plan.predictionsAreHard
      ? t.thenPrice(money(price.unitAmountMinor, plan.currency), count(price.perUnits))
      : t.hardStop;
  const predictions =
    plan.predictionsPerPeriod === null
      ? t.predictionsOpen
      : `${t.predictions(count(plan.predictionsPerPeriod))}, ${beyond}`;
  const terms = [
    t.sources(count(plan.maxSources)),
    t.sessions(count(plan.maxConcurrentSessions)),
    predictions,
    t.seats(count(plan.maxSeats)),
    t.stored(bytes(plan.maxStoredBytes)),
    t.retention(count(plan.maxRetentionDays)),
  ];
  return (
    <ul className={styles['terms']}>
      {terms.map((term) => (
        <li key={term}>
          <Check aria-hidden />
          <span>{term}</span>
        </li>
      ))}
    </ul>
  );
}
