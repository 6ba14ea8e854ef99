import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { addressSecret, forgetAddressSecrets } from '../../app/address-secrets.ts';
import { client } from '../../app/client.ts';
import { useAct, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { Frame } from '../sign-in/frame.tsx';
import styles from '../sign-in/sign-in.module.css';
import { keepInvitation, keptInvitation } from './kept-invitation.ts';
import { text } from './text.ts';

const path = '/invitation';

/** Where the mail of an invitation leads, and where signing in and up lead back to. */
export function Invitation(): ReactElement {
  const t = useText(text);
  const [token] = useState(() => addressSecret('token', path) ?? keptInvitation());
  useEffect(() => keepInvitation(token), [token]);
  const viewer = useViewer();
  const here = { returnTo: path };
  return (
    <Frame title={t.inviteTitle}>
      <div className={styles['form']}>
        {token === null && <p>{t.noInvite}</p>}
        {token !== null && viewer.isPending && <Skeleton lines={3} />}
        {token !== null && <ErrorNote error={viewer.error} onRetry={() => void viewer.refetch()} />}
        {token !== null && viewer.data && <Accept token={token} email={viewer.data.user?.email ?? ''} />}
        {token !== null && viewer.data === null && (
          <>
            <p className={styles['told']}>{t.inviteWhy}</p>
            <PageLink to="/sign-up" search={here} look="primary">
              {t.signUp}
            </PageLink>
            <PageLink to="/sign-in" search={here} look="plain">
              {t.signIn}
            </PageLink>
          </>
        )}
      </div>
    </Frame>
  );
}

function Accept({ token, email }: { token: string; email: string }): ReactElement {
  const t = useText(text);
  const navigate = useNavigate();
  const accept = useAct(() => client.auth.acceptInvitation(token), {
    changes: [['viewer']],
    onDone: ({ viewer }) => {
      forgetAddressSecrets();
      keepInvitation(null);
      toast(t.joined(viewer.organization.name));
      void navigate({ to: '/' });
    },
  });
  const leave = useAct(() => client.auth.signOut(), { changes: [['viewer']] });
  const { error } = accept;
  const isWrong = error?.code === 'TOKEN_INVALID';
  const isMember = error?.code === 'ALREADY_MEMBER';
  return (
    <>
      <p className={styles['told']}>{t.inviteAs(email)}</p>
      {isWrong && (
        <p role="alert" className={styles['note']}>
          {t.inviteWrong(email)}
        </p>
      )}
      {isMember && (
        <p role="alert" className={styles['note']}>
          {t.memberAlready}
        </p>
      )}
      {!isWrong && !isMember && <ErrorNote error={error ?? leave.error} />}
      {isMember ? (
        <PageLink to="/" look="primary">
          {t.goOn}
        </PageLink>
      ) : (
        <Button look="primary" isBusy={accept.isPending} onClick={() => accept.mutate(undefined)}>
          {t.join}
        </Button>
      )}
      <Button look="quiet" isBusy={leave.isPending} onClick={() => leave.mutate(undefined)}>
        {t.notMe}
      </Button>
    </>
  );
}
