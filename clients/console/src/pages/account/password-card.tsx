import type { ChangePasswordInput } from '@sightline/core';
import { useRef } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { fieldsOf } from '../sign-in/fields-of.ts';
import styles from './account.module.css';
import { text } from './text.ts';
import { useProfile } from './use-profile.ts';

export function PasswordCard(): ReactElement {
  const t = useText(text);
  const { data } = useProfile();
  const form = useRef<HTMLFormElement>(null);
  const change = useAct((input: ChangePasswordInput) => client.account.changePassword(input), {
    changes: [['profile'], ['sign-ins']],
    onDone() {
      form.current?.reset();
      toast(t.passwordChanged);
    },
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { current = null, password = '' } = fieldsOf(event.currentTarget);
    change.mutate({ currentPassword: current, newPassword: password });
  }
  const { error } = change;
  const isWrong = error?.code === 'CREDENTIALS_INVALID';
  const isRefused = error?.code === 'PASSWORD_REFUSED';
  return (
    <Card title={t.password}>
      {!data && <Skeleton lines={3} />}
      {data && (
        <form ref={form} className={styles['form']} onSubmit={send}>
          {/* Password managers want to know whose it is. */}
          <input type="hidden" name="username" autoComplete="username" value={data.email} readOnly />
          {data.hasPassword ? (
            <Field
              label={t.currentPassword}
              name="current"
              type="password"
              autoComplete="current-password"
              problem={isWrong ? t.wrongPassword : null}
              required
            />
          ) : (
            <p className={styles['told']}>{t.choosePassword}</p>
          )}
          <Field
            label={t.newPassword}
            hint={t.newPasswordHint}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={10}
            maxLength={128}
            problem={isRefused ? error.message : null}
            required
          />
          {!isWrong && !isRefused && <ErrorNote error={error} />}
          <Button type="submit" isBusy={change.isPending}>
            {t.changePassword}
          </Button>
        </form>
      )}
    </Card>
  );
}
