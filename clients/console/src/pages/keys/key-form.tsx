import type { ApiKey, ApiKeyScope, SightlineError } from '@sightline/core';
import { useId, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { addressesOf, endOf, limitsOf } from './key-state.ts';
import type { WrittenLimit } from './key-state.ts';
import styles from './keys.module.css';
import { text } from './text.ts';

export type KeySettings = {
  name: string;
  scopes: ApiKeyScope[];
  allowedAddresses: string[];
  limits: ApiKey['limits'][number][];
  /** Left out: it stays. */
  expiresAt?: string | null;
};

const scopes = ['READ', 'WRITE', 'INFER', 'AUDIT'] as const satisfies readonly ApiKeyScope[];
const limitNames = ['REQUESTS', 'INFERENCE'] as const;
const windows = [
  [1, 'second'],
  [60, 'minute'],
  [3_600, 'hour'],
  [86_400, 'day'],
] as const;

type Props = {
  /** The one to change; null makes one. */
  apiKey: ApiKey | null;
  isBusy: boolean;
  error: SightlineError | null;
  onSend: (settings: KeySettings) => void;
  onCancel: () => void;
};

/** What a key is called, what it may do, and where it ends. */
export function KeyForm({ apiKey, isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const [name, setName] = useState(apiKey?.name ?? '');
  const [chosen, setChosen] = useState<ApiKeyScope[]>([...(apiKey?.scopes ?? ['READ'])]);
  const [ends, setEnds] = useState(apiKey ? 'stays' : '90');
  const [addresses, setAddresses] = useState(apiKey?.allowedAddresses.join(', ') ?? '');
  const [limits, setLimits] = useState(() => writtenOf(apiKey));
  const [isAsked, setAsked] = useState(false);
  const isMissing = chosen.length === 0;

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    setAsked(true);
    if (isMissing) return;
    onSend({
      ...{ name, scopes: chosen, allowedAddresses: addressesOf(addresses), limits: limitsOf(limits) },
      ...(ends !== 'stays' && { expiresAt: endOf(ends === 'never' ? null : Number(ends), Date.now()) }),
    });
  }

  const options = [
    ...(apiKey ? [{ value: 'stays', label: t.staysAsItIs }] : []),
    ...['30', '90'].map((days) => ({ value: days, label: t.inDays(Number(days)) })),
    { value: '365', label: t.inYear },
    { value: 'never', label: t.whenRevoked },
  ];
  const field = error?.details['field'];
  const isOfAddresses = field === 'input.allowedAddresses';
  return (
    <Dialog
      title={apiKey ? t.editTitle(apiKey.name) : t.newKey}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="primary" isBusy={isBusy}>
            {apiKey ? t.save : t.create}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={send}>
        <Field
          label={t.name}
          hint={t.nameHint}
          value={name}
          maxLength={100}
          autoComplete="off"
          required
          onChange={({ target }) => setName(target.value)}
        />
        <Choices
          kind="many"
          label={t.mayDo}
          options={scopes.map((scope) => ({ value: scope, label: t[scope], hint: t[`${scope}Hint`] }))}
          chosen={chosen}
          onChange={setChosen}
          problem={isAsked && isMissing ? t.noScope : null}
        />
        <Select label={t.ends} value={ends} options={options} onChange={setEnds} />
        <details open={isOfAddresses || undefined}>
          <summary className={styles['more']}>{t.limits}</summary>
          <div className={styles['form']}>
            <Field
              label={t.addresses}
              hint={t.addressesHint}
              value={addresses}
              autoComplete="off"
              problem={isOfAddresses ? error?.message : null}
              onChange={({ target }) => setAddresses(target.value)}
            />
            {limitNames.map((each) => (
              <LimitField
                key={each}
                label={t[each]}
                value={limits[each]}
                onChange={(next) => setLimits({ ...limits, [each]: next })}
              />
            ))}
          </div>
        </details>
        {!isOfAddresses && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}

function LimitField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: WrittenLimit;
  onChange: (value: WrittenLimit) => void;
}): ReactElement {
  const t = useText(text);
  const usual = windows.map(([seconds, name]) => ({ value: String(seconds), label: t[name] }));
  const own = String(value.windowSeconds);
  const options = usual.some((each) => each.value === own)
    ? usual
    : [...usual, { value: own, label: t.seconds(value.windowSeconds) }];
  return (
    <div className={styles['limit']}>
      <Field
        label={label}
        hint={t.limitHint}
        type="number"
        min={1}
        max={1_000_000_000}
        value={value.max}
        onChange={({ target }) => onChange({ ...value, max: target.value })}
      />
      <Select
        label={t.per}
        value={own}
        options={options}
        onChange={(seconds) => onChange({ ...value, windowSeconds: Number(seconds) })}
      />
    </div>
  );
}

function writtenOf(apiKey: ApiKey | null): Record<'REQUESTS' | 'INFERENCE', WrittenLimit> {
  const of = (name: 'REQUESTS' | 'INFERENCE'): WrittenLimit => {
    const limit = apiKey?.limits.find((each) => each.name === name);
    return { max: limit ? String(limit.max) : '', windowSeconds: limit?.windowSeconds ?? 60 };
  };
  return { REQUESTS: of('REQUESTS'), INFERENCE: of('INFERENCE') };
}
