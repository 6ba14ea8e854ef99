import type { SightlineError } from '@sightline/core';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { addressSecret, forgetAddressSecrets } from '../../app/address-secrets.ts';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { pageConfig } from '../../app/page-config.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { fieldsOf } from './fields-of.ts';
import { Frame, SignedInAlready } from './frame.tsx';
import { LookIntoMails } from './look-into-mails.tsx';
import { Providers } from './providers.tsx';
import { SecondStep } from './second-step.tsx';
import styles from './sign-in.module.css';
import { text } from './text.ts';
import { endVisit } from './visit.ts';
import type { Visit } from './visit.ts';

type Credentials = { email: string; password: string };

/** Where signing in is; what was begun at a provider knows better where to go afterwards. */
type Stage =
  | { at: 'form' }
  | { at: 'coming'; code: string }
  | { at: 'code'; ticket: string; returnTo: string }
  | { at: 'mail'; email: string; isLink: boolean };

/** What was brought along from a provider. */
function begin(): Stage {
  const code = addressSecret('code', '/sign-in');
  return code === null ? { at: 'form' } : { at: 'coming', code };
}

export function SignIn(): ReactElement {
  const t = useText(text);
  const { returnTo = '/' } = useSearch({ from: '/sign-in' });
  const { history } = useRouter();
  const [stage, setStage] = useState(begin);
  const [told, setTold] = useState(() => (addressSecret('error', '/sign-in') ? t.refused : null));
  const go = (path: string) => history.push(path);

  /** What is no refusal, but another step. Says whether it was one. */
  function onRefusal({ code, details }: SightlineError, { email = '', to = returnTo } = {}): boolean {
    if (code === 'SecondFactorRequired') setStage({ at: 'code', ticket: String(details['ticket']), returnTo: to });
    else if (code === 'IdentityLinkPending') setStage({ at: 'mail', email: String(details['email']), isLink: true });
    else if (code === 'EMAIL_NOT_VERIFIED' && email) setStage({ at: 'mail', email, isLink: false });
    else return false;
    return true;
  }

  function startAgain(message: string | null): void {
    setTold(message);
    setStage({ at: 'form' });
  }

  if (stage.at === 'mail') return <LookIntoMails email={stage.email} isLink={stage.isLink} />;
  if (stage.at === 'coming') return <ComeBack code={stage.code} {...{ onRefusal, startAgain, go }} />;
  if (stage.at === 'code')
    return <SecondStep ticket={stage.ticket} onDone={() => go(stage.returnTo)} onBack={() => startAgain(null)} />;
  return <ByPassword told={told} {...{ returnTo, onRefusal, go }} />;
}

type Ways = {
  onRefusal: (error: SightlineError, more?: { email?: string; to?: string }) => boolean;
  go: (path: string) => void;
};

/** Back from a provider, with a code that is good once. */
function ComeBack({ code, onRefusal, startAgain, go }: Ways & { code: string; startAgain: (told: string) => void }) {
  const t = useText(text);
  const hasBegun = useRef(false);
  const { mutate, error } = useAct(
    async (visit: Visit) => {
      try {
        return await client.auth.signInWithIdentity({ code, verifier: visit.verifier });
      } catch (refusal) {
        if (onRefusal(refusal as SightlineError, { to: visit.returnTo })) return null;
        throw refusal;
      }
    },
    { changes: [['viewer']], onDone: (done, visit) => done && go(visit.returnTo) },
  );
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    forgetAddressSecrets();
    const visit = endVisit();
    if (visit) mutate(visit);
    else startAgain(t.lost);
  });
  return (
    <Frame title={t.entering}>
      <div className={styles['form']}>
        {error ? <ErrorNote error={error} /> : <Skeleton lines={3} />}
        {error && <Button onClick={() => startAgain('')}>{t.toSignIn}</Button>}
      </div>
    </Frame>
  );
}

function ByPassword({ told, returnTo, onRefusal, go }: Ways & { told: string | null; returnTo: string }): ReactElement {
  const t = useText(text);
  const enter = useAct(
    async (input: Credentials) => {
      try {
        return await client.auth.signIn(input);
      } catch (error) {
        if (onRefusal(error as SightlineError, { email: input.email })) return null;
        throw error;
      }
    },
    { changes: [['viewer']], onDone: (done) => done && go(returnTo) },
  );
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { email = '', password = '' } = fieldsOf(event.currentTarget);
    enter.mutate({ email, password });
  }
  const { demo } = pageConfig;
  const { error } = enter;
  const isWrong = error?.code === 'CREDENTIALS_INVALID';
  return (
    <Frame
      title={t.signIn}
      below={
        <>
          <p>
            {t.newHere}{' '}
            <PageLink to="/sign-up" search={returnTo === '/' ? {} : { returnTo }}>
              {t.signUp}
            </PageLink>
          </p>
          <p>
            <PageLink to="/forgot-password">{t.forgot}</PageLink>
          </p>
        </>
      }
    >
      <form className={styles['form']} onSubmit={send}>
        <SignedInAlready />
        {told && (
          <p className={styles['note']} role="alert">
            {told}
          </p>
        )}
        {!isWrong && <ErrorNote error={error} />}
        <Field label={t.email} name="email" type="email" autoComplete="username" required />
        <Field
          label={t.password}
          name="password"
          type="password"
          autoComplete="current-password"
          problem={isWrong ? t.wrong : null}
          required
        />
        <Button type="submit" look="primary" isBusy={enter.isPending}>
          {t.signIn}
        </Button>
        {demo && <Button onClick={() => enter.mutate(demo)}>{t.demo}</Button>}
        <Providers returnTo={returnTo} />
      </form>
    </Frame>
  );
}
