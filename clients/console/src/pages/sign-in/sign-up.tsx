import type { SignUpInput } from '@sightline/core';
import { useRouter, useSearch } from '@tanstack/react-router';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useSettings } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { fieldsOf } from './fields-of.ts';
import styles from './sign-in.module.css';
import { text } from './text.ts';

export function SignUp(): ReactElement {
  const t = useText(text);
  const { language } = useSettings();
  const { history } = useRouter();
  const { returnTo = '/' } = useSearch({ from: '/sign-up' });
  const join = useAct((input: SignUpInput) => client.auth.signUp(input), {
    changes: [['viewer']],
    onDone: () => history.push(returnTo),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { name = '', organizationName = '', email = '', password = '' } = fieldsOf(event.currentTarget);
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    join.mutate({ name, organizationName, email, password, timeZone, locale: language === 'es' ? 'ES' : 'EN' });
  }
  return (
    <main className={styles['page']}>
      <form className={styles['form']} onSubmit={send}>
        <PageHead title={t.signUp} />
        <ErrorNote error={join.error} />
        <Field label={t.name} name="name" autoComplete="name" required />
        <Field
          label={t.organization}
          hint={t.organizationHint}
          name="organizationName"
          autoComplete="organization"
          required
        />
        <Field label={t.email} name="email" type="email" autoComplete="username" required />
        <Field
          label={t.password}
          hint={t.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          maxLength={128}
          required
        />
        <Button type="submit" look="primary" isBusy={join.isPending}>
          {t.signUp}
        </Button>
      </form>
      <p className={styles['other']}>
        {t.haveAccount} <PageLink to="/sign-in">{t.signIn}</PageLink>
      </p>
    </main>
  );
}
