import type { SightlineError } from '@sightline/core';
import { useEffect, useRef } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { fieldsOf } from '../sign-in/fields-of.ts';
import styles from './account.module.css';
import { qrOf } from './qr.ts';
import { text } from './text.ts';

type Props = {
  secret: string;
  uri: string;
  error: SightlineError | null;
  isBusy: boolean;
  onCode: (code: string) => void;
  onCancel: () => void;
};

/** Light around the picture, in squares of it: readers want four. */
const quiet = 4;

/** Gives an authenticator app its key, and wants to see that it has it. */
export function SetUpTotp({ secret, uri, error, isBusy, onCode, onCancel }: Props): ReactElement {
  const t = useText(text);
  const rows = qrOf(uri);
  const form = useRef<HTMLFormElement>(null);
  // What was pressed to come here is gone, and the focus with it.
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onCode((fieldsOf(event.currentTarget)['code'] ?? '').replaceAll(/\s/g, ''));
  }
  const isWrong = error?.code === 'SECOND_FACTOR_INVALID';
  return (
    <form ref={form} className={styles['setUp']} onSubmit={send}>
      {rows && <QrCode rows={rows} label={t.qr} />}
      <div className={styles['form']}>
        <p>{t.scan}</p>
        <div>
          <p className={styles['facts']}>{t.key}</p>
          <p className={styles['line']}>
            <code className={styles['key']}>{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
            <CopyButton value={secret} />
          </p>
          <a href={uri}>{t.openApp}</a>
        </div>
        <Field
          label={t.code}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          problem={isWrong ? t.wrongCode : null}
          required
        />
        {!isWrong && <ErrorNote error={error} />}
        <div className={styles['buttons']}>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t.switchOn}
          </Button>
          <Button onClick={onCancel}>{t.cancel}</Button>
        </div>
      </div>
    </form>
  );
}

function QrCode({ rows, label }: { rows: readonly (readonly boolean[])[]; label: string }): ReactElement {
  const size = rows.length + 2 * quiet;
  const dark = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x + quiet} ${y + quiet}h1v1h-1z`] : [])),
  );
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      className={styles['qr']}
      shapeRendering="crispEdges"
    >
      {/* Dark on light in both themes: few apps read it the other way round. */}
      <path d={dark.join('')} fill="#000" />
    </svg>
  );
}
