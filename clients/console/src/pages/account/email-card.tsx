import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { fieldsOf } from '../sign-in/fields-of.ts';
import styles from './account.module.css';
import { text } from './text.ts';
import { useProfile } from './use-profile.ts';

export function EmailCard(): ReactElement {
  const t = useText(text);
  const { data } = useProfile();
  const [isChanging, setChanging] = useState(false);
  const confirm = useAct((email: string) => client.account.resendVerification(email), { onDone: () => toast(t.sent) });
  const change = useAct((email: string) => client.account.requestEmailChange(email), {
    onDone() {
      setChanging(false);
      toast(t.sent);
    },
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    change.mutate(fieldsOf(event.currentTarget)['email'] ?? '');
  }
  return (
    <Card
      title={t.email}
      actions={
        data && (
          <div className={styles['buttons']}>
            {!data.emailVerified && (
              <Button isBusy={confirm.isPending} onClick={() => confirm.mutate(data.email)}>
                {t.confirmMail}
              </Button>
            )}
            <Button onClick={() => setChanging(true)}>{t.change}</Button>
          </div>
        )
      }
    >
      {data ? (
        <p className={styles['line']}>
          <span>{data.email}</span>
          <Badge tone={data.emailVerified ? 'good' : 'warn'}>{data.emailVerified ? t.confirmed : t.unconfirmed}</Badge>
        </p>
      ) : (
        <Skeleton lines={1} />
      )}
      <ErrorNote error={confirm.error} />
      <Dialog title={t.changeEmail} open={isChanging} onOpenChange={setChanging}>
        <form onSubmit={send}>
          <Field label={t.newEmail} hint={t.newEmailHint} name="email" type="email" autoComplete="email" required />
          <ErrorNote error={change.error} />
          <div className="actions">
            <Button onClick={() => setChanging(false)}>{t.cancel}</Button>
            <Button type="submit" look="primary" isBusy={change.isPending}>
              {t.sendLink}
            </Button>
          </div>
        </form>
      </Dialog>
    </Card>
  );
}
