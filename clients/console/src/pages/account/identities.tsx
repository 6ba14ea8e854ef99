import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { addressSecret, forgetAddressSecrets } from '../../app/address-secrets.ts';
import { client } from '../../app/client.ts';
import { useAct, useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { endVisit, startVisit } from '../sign-in/visit.ts';
import styles from './account.module.css';
import { text } from './text.ts';

/** Accounts elsewhere by which the person may sign in; nothing where this server knows none. */
export function Identities(): ReactElement | null {
  const t = useText(text);
  const providers = useAsk(['providers'], (all, signal) => all.identities.providers({ signal }), {
    staleTime: Infinity,
  });
  const mine = useAsk(['identities'], (all, signal) => all.identities.list({ signal }));
  const [told, setTold] = useState(() => (addressSecret('error', '/account') ? t.refused : null));
  const [leaving, setLeaving] = useState<{ id: string; title: string } | null>(null);
  const start = useAct((provider: string) => startVisit('link', { provider, returnTo: '/account' }));
  const join = useComeBack(() => setTold(t.lost));
  const leave = useAct((id: string) => client.identities.unlink(id), {
    changes: [['identities']],
    onDone() {
      setLeaving(null);
      toast(t.removed);
    },
  });
  const shown = providers.data ?? [];
  if (shown.length === 0) return null;
  return (
    <Card title={t.ways}>
      <p className={styles['told']}>{t.waysWhy}</p>
      {told && <p role="alert">{told}</p>}
      <ErrorNote error={start.error ?? join.error ?? mine.error} />
      <ul className={styles['rows']}>
        {shown.map(({ name, title }) => {
          const joined = (mine.data ?? []).filter(({ provider }) => provider === name);
          return joined.length > 0 ? (
            joined.map(({ id, email, createdAt }) => (
              <li key={id} className={styles['row']}>
                <div className={styles['what']}>
                  <p>{title}</p>
                  <p className={styles['facts']}>
                    {email} · <Time at={createdAt} look="date" />
                  </p>
                </div>
                <Button onClick={() => setLeaving({ id, title })}>{t.removeWay}</Button>
              </li>
            ))
          ) : (
            <li key={name} className={styles['row']}>
              <div className={styles['what']}>
                <p className={styles['line']}>
                  <span>{title}</span> <Badge>{t.notJoined}</Badge>
                </p>
              </div>
              <Button isBusy={start.isPending || join.isPending} onClick={() => start.mutate(name)}>
                {t.joinWay}
              </Button>
            </li>
          );
        })}
      </ul>
      {leaving && (
        <Confirm
          title={t.removeWayTitle(leaving.title)}
          action={t.removeWay}
          isBusy={leave.isPending}
          error={leave.error}
          onConfirm={() => leave.mutate(leaving.id)}
          onCancel={() => setLeaving(null)}
        >
          {t.removeWayWhy}
        </Confirm>
      )}
    </Card>
  );
}

/** Back from a provider, with a code that is good once: joins what it stands for. */
function useComeBack(onLost: () => void) {
  const t = useText(text);
  const [code] = useState(() => addressSecret('code', '/account'));
  const hasBegun = useRef(false);
  const join = useAct((input: { code: string; verifier: string }) => client.identities.link(input), {
    changes: [['identities'], ['profile']],
    onDone: () => toast(t.joined),
  });
  const { mutate } = join;
  useEffect(() => {
    if (code === null || hasBegun.current) return;
    hasBegun.current = true;
    forgetAddressSecrets();
    const visit = endVisit();
    if (visit) mutate({ code, verifier: visit.verifier });
    else onLost();
  }, [code, mutate, onLost]);
  return join;
}
