import { useEffect, useRef } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { fieldsOf } from './fields-of.ts';
import { Frame } from './frame.tsx';
import styles from './sign-in.module.css';
import { text } from './text.ts';

type Props = { ticket: string; onDone: () => void; onBack: () => void };

/** The code of an authenticator app, after a password or an identity. */
export function SecondStep({ ticket, onDone, onBack }: Props): ReactElement {
  const t = useText(text);
  const enter = useAct((code: string) => client.auth.signInWithSecondFactor({ ticket, code }), {
    changes: [['viewer']],
    onDone,
  });
  const form = useRef<HTMLFormElement>(null);
  // There is one thing to do here: nobody has to look for it.
  useEffect(() => form.current?.querySelector('input')?.focus(), []);
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    enter.mutate((fieldsOf(event.currentTarget)['code'] ?? '').replaceAll(/[\s-]/g, ''));
  }
  const isWrong = enter.error?.code === 'SECOND_FACTOR_INVALID';
  return (
    <Frame title={t.codeTitle}>
      <form ref={form} className={styles['form']} onSubmit={send}>
        <p className={styles['told']}>{t.codeWhy}</p>
        {!isWrong && <ErrorNote error={enter.error} />}
        <Field
          label={t.code}
          name="code"
          hint={t.codeHint}
          problem={isWrong ? t.wrongCode : null}
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          required
        />
        <Button type="submit" look="primary" isBusy={enter.isPending}>
          {t.goOn}
        </Button>
        <Button look="quiet" onClick={onBack}>
          {t.back}
        </Button>
      </form>
    </Frame>
  );
}
