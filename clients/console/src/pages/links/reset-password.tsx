import type { FormEvent, ReactElement } from 'react';
import { useState } from 'react';
import { addressSecret, forgetAddressSecrets } from '../../app/address-secrets.ts';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { fieldsOf } from '../sign-in/fields-of.ts';
import { Frame } from '../sign-in/frame.tsx';
import styles from '../sign-in/sign-in.module.css';
import { AskAgain } from './ask-again.tsx';
import { text } from './text.ts';

/** Where the mail leads that was asked for with “forgot your password?”. */
export function ResetPassword(): ReactElement {
  const t = useText(text);
  const [token] = useState(() => addressSecret('token', '/reset-password'));
  const save = useAct((newPassword: string) => client.account.resetPassword({ token: token ?? '', newPassword }), {
    // Whoever was signed in on this browser is so no more.
    changes: [['viewer']],
    onDone: forgetAddressSecrets,
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    save.mutate(fieldsOf(event.currentTarget)['password'] ?? '');
  }
  const { error } = save;
  if (token === null || error?.code === 'TOKEN_INVALID')
    return <AskAgain title={t.usedTitle} why={token === null ? t.incomplete : t.used} what="reset" />;
  if (save.isSuccess)
    return (
      <Frame key="saved" title={t.savedTitle}>
        <div className={styles['form']}>
          <p>{t.saved(save.data.email)}</p>
          <PageLink to="/sign-in" look="primary">
            {t.signIn}
          </PageLink>
        </div>
      </Frame>
    );
  const isRefused = error?.code === 'PASSWORD_REFUSED';
  return (
    <Frame key="choose" title={t.forgotTitle}>
      <form className={styles['form']} onSubmit={send}>
        {!isRefused && <ErrorNote error={error} />}
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
        <Button type="submit" look="primary" isBusy={save.isPending}>
          {t.save}
        </Button>
      </form>
    </Frame>
  );
}
