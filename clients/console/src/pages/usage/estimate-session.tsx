import { useState } from 'react';
import type { ReactElement } from 'react';
import { useAsk, useList } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageLink } from '../../components/page-link.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { text } from './text.ts';
import styles from './usage.module.css';

/** What watching a source for some hours would cost at most, and whether it would be refused: tried out, and taken back. */
export function EstimateSession(): ReactElement {
  const t = useText(text);
  const sources = useList(['sources', 'estimate'], (client, window) =>
    client.sources.list({ ...window, pageSize: 100 }),
  );
  const [chosen, setChosen] = useState('');
  const [hours, setHours] = useState('1');
  const sourceId = chosen || (sources.items[0]?.id ?? '');
  const seconds = Math.round(Number(hours) * 3_600);
  const isRight = seconds >= 360 && seconds <= 3_600_000;
  return (
    <Card title={t.estimate}>
      <ErrorNote error={sources.error} onRetry={() => void sources.refetch()} />
      {sources.isPending && <Skeleton lines={2} height="2rem" />}
      {sources.isSuccess && sources.items.length === 0 && (
        <>
          <p className={styles['soft']}>{t.estimateNone}</p>
          <div>
            <PageLink to="/sources" look="plain">
              {t.addSource}
            </PageLink>
          </div>
        </>
      )}
      {sources.items.length > 0 && (
        <>
          <div className={styles['ask']}>
            <Select
              label={t.source}
              value={sourceId}
              options={sources.items.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setChosen}
            />
            <Field
              label={t.hours}
              type="number"
              inputMode="decimal"
              min="0.1"
              max="1000"
              step="any"
              value={hours}
              onChange={({ target }) => setHours(target.value)}
              problem={isRight ? null : t.hoursRange}
            />
          </div>
          {isRight && <Answer sourceId={sourceId} seconds={seconds} />}
        </>
      )}
    </Card>
  );
}

function Answer({ sourceId, seconds }: { sourceId: string; seconds: number }): ReactElement {
  const t = useText(text);
  const formats = useFormats();
  const estimate = useAsk(
    ['usage', 'estimate', sourceId, seconds],
    (client, signal) => client.estimates.session({ sourceId, seconds }, { signal }),
    { placeholderData: (before) => before },
  );
  if (estimate.isPending) return <Skeleton lines={2} />;
  if (estimate.error) return <ErrorNote error={estimate.error} onRetry={() => void estimate.refetch()} />;
  const { charges, refusals } = estimate.data;
  const isUnknown = charges.some(({ amountMinor }) => amountMinor === null);
  const sum = charges.reduce((all, { amountMinor }) => all + (amountMinor ?? 0), 0);
  const [first] = charges;
  return (
    <div aria-live="polite" className={styles['bars']}>
      {refusals.length > 0 ? (
        <div>
          <p>{t.wouldNot}</p>
          {refusals.map(({ code, message }) => (
            <p key={code} className={styles['soft']}>
              {message}
            </p>
          ))}
        </div>
      ) : (
        <>
          <dl className={styles['figures']}>
            <div>
              <dt>{t.atMost}</dt>
              <dd>{!first || sum === 0 ? t.free : formats.money(sum, first.currency)}</dd>
            </div>
          </dl>
          <ul className={styles['list']}>
            {charges.map(({ meter, units, amountMinor, currency }) => (
              <li key={meter ?? 'plan'}>
                <span>
                  {meter ? t[meter] : t.base}
                  {units !== null &&
                    ` · ${meter === 'SESSION_SECONDS' ? formats.duration(units) : formats.count(units)}`}
                </span>
                <span>{amountMinor === null ? t.unknown : formats.money(amountMinor, currency)}</span>
              </li>
            ))}
          </ul>
          <p className={styles['soft']}>
            {t.wouldRun} {isUnknown && t.unknown}
          </p>
        </>
      )}
    </div>
  );
}
