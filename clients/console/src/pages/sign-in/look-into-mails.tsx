import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { toast } from '../../components/toast.tsx';
import { Frame } from './frame.tsx';
import styles from './sign-in.module.css';
import { text } from './text.ts';

/** A mail says how to go on. `isLink`: it asks whether an account and an identity are of the same person. */
export function LookIntoMails({ email, isLink = false }: { email: string; isLink?: boolean }): ReactElement {
  const t = useText(text);
  const resend = useAct(() => client.account.resendVerification(email), { onDone: () => toast(t.sent) });
  return (
    <Frame title={t.mailTitle} below={<PageLink to="/sign-in">{t.toSignIn}</PageLink>}>
      <div className={styles['form']}>
        <p>{isLink ? t.mailLink(email) : t.mailSent(email)}</p>
        {!isLink && (
          <p className={styles['told']}>
            {t.mailNone}{' '}
            <button
              type="button"
              className={styles['inline']}
              disabled={resend.isPending}
              onClick={() => resend.mutate(undefined)}
            >
              {t.again}
            </button>
          </p>
        )}
        <ErrorNote error={resend.error} />
      </div>
    </Frame>
  );
}
