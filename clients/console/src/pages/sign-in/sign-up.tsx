import type { SightlineError, SignUpInput } from '@sightline/core';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useSettings } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { fieldsOf } from './fields-of.ts';
import { Frame, SignedInAlready } from './frame.tsx';
import { LookIntoMails } from './look-into-mails.tsx';
import { Providers } from './providers.tsx';
import styles from './sign-in.module.css';
import { text } from './text.ts';

export function SignUp(): ReactElement {
  const t = useText(text);
  const { language } = useSettings();
  const { history } = useRouter();
  const { returnTo = '/' } = useSearch({ from: '/sign-up' });
  const [pending, setPending] = useState<string | null>(null);
  const join = useAct(
    async (input: SignUpInput) => {
      try {
        return await client.auth.signUp(input);
      } catch (error) {
        const { code, details } = error as SightlineError;
        if (code !== 'SignUpPending') throw error;
        setPending(String(details['email']));
        return null;
      }
    },
    { changes: [['viewer']], onDone: (done) => done && history.push(returnTo) },
  );
  if (pending !== null) return <LookIntoMails email={pending} />;
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { name = '', organizationName = '', email = '', password = '' } = fieldsOf(event.currentTarget);
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    join.mutate({ name, organizationName, email, password, timeZone, locale: language === 'es' ? 'ES' : 'EN' });
  }
  const { error } = join;
  const ofField = (code: string) => (error?.code === code ? error.message : null);
  const isBesideField = error?.code === 'EMAIL_TAKEN' || error?.code === 'PASSWORD_REFUSED';
  return (
    <Frame
      title={t.signUp}
      below={
        <p>
          {t.haveAccount}{' '}
          <PageLink to="/sign-in" search={returnTo === '/' ? {} : { returnTo }}>
            {t.signIn}
          </PageLink>
        </p>
      }
    >
      <form className={styles['form']} onSubmit={send}>
        <SignedInAlready />
        {!isBesideField && <ErrorNote error={error} />}
        <Field label={t.name} name="name" autoComplete="name" maxLength={100} required />
        <Field
          label={t.organization}
          hint={t.organizationHint}
          name="organizationName"
          autoComplete="organization"
          maxLength={100}
          required
        />
        <Field
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          problem={ofField('EMAIL_TAKEN')}
          required
        />
        <Field
          label={t.password}
          hint={t.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          maxLength={128}
          problem={ofField('PASSWORD_REFUSED')}
          required
        />
        <Button type="submit" look="primary" isBusy={join.isPending}>
          {t.signUp}
        </Button>
        <Providers returnTo={returnTo} />
      </form>
    </Frame>
  );
}
