import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
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
import { text } from './text.ts';

type Props = { title: string; why: string; what: 'reset' | 'verify' };

/** Asks for a mail with a link. Says the same whether there is such an account or not, as the server does. */
export function AskAgain({ title, why, what }: Props): ReactElement {
  const t = useText(text);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const ask = useAct(
    (email: string) =>
      what === 'reset' ? client.account.requestPasswordReset(email) : client.account.resendVerification(email),
    { onDone: (_done, email) => setSentTo(email) },
  );
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    ask.mutate(fieldsOf(event.currentTarget)['email'] ?? '');
  }
  const below = <PageLink to="/sign-in">{t.toSignIn}</PageLink>;
  if (sentTo !== null)
    return (
      <Frame key="sent" title={t.sentTitle} below={below}>
        <p>{what === 'reset' ? t.sentReset(sentTo) : t.sentVerify(sentTo)}</p>
      </Frame>
    );
  return (
    <Frame key="ask" title={title} below={below}>
      <form className={styles['form']} onSubmit={send}>
        <p className={styles['told']}>{why}</p>
        <ErrorNote error={ask.error} />
        <Field label={t.email} name="email" type="email" autoComplete="username" required />
        <Button type="submit" look="primary" isBusy={ask.isPending}>
          {t.sendLink}
        </Button>
      </form>
    </Frame>
  );
}
