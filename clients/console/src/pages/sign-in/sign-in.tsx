import { useRouter, useSearch } from '@tanstack/react-router';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { pageConfig } from '../../app/page-config.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { fieldsOf } from './fields-of.ts';
import styles from './sign-in.module.css';
import { text } from './text.ts';

export function SignIn(): ReactElement {
  const t = useText(text);
  const { history } = useRouter();
  const { returnTo = '/' } = useSearch({ from: '/sign-in' });
  const enter = useAct((input: { email: string; password: string }) => client.auth.signIn(input), {
    changes: [['viewer']],
    onDone: () => history.push(returnTo),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { email = '', password = '' } = fieldsOf(event.currentTarget);
    enter.mutate({ email, password });
  }
  const { demo } = pageConfig;
  return (
    <main className={styles['page']}>
      <form className={styles['form']} onSubmit={send}>
        <PageHead title={t.signIn} />
        <ErrorNote error={enter.error} />
        <Field label={t.email} name="email" type="email" autoComplete="username" required />
        <Field label={t.password} name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" isBusy={enter.isPending}>
          {t.signIn}
        </Button>
        {demo && <Button onClick={() => enter.mutate(demo)}>{t.demo}</Button>}
      </form>
      <p className={styles['other']}>
        {t.newHere} <PageLink to="/sign-up">{t.signUp}</PageLink>
      </p>
    </main>
  );
}
