import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './account.module.css';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SetUpTotp } from './set-up-totp.tsx';
import { text } from './text.ts';

const changes = [['second-factor'], ['step-up'], ['sign-ins']] as const;

export function SecondFactor(): ReactElement {
  const t = useText(text);
  const state = useAsk(['second-factor'], (all, signal) => all.secondFactor.state({ signal }));
  /** Told once: they are nowhere else. */
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [asked, setAsked] = useState<'off' | 'codes' | null>(null);
  const enroll = useAct(() => client.secondFactor.enroll());
  const confirm = useAct((code: string) => client.secondFactor.confirm(code), {
    changes,
    onDone(fresh) {
      enroll.reset();
      setCodes(fresh);
      toast(t.isOn);
    },
  });
  const renew = useAct(() => client.secondFactor.newRecoveryCodes(), {
    changes,
    onDone(fresh) {
      setAsked(null);
      setCodes(fresh);
    },
  });
  const disable = useAct(() => client.secondFactor.disable(), {
    changes,
    onDone() {
      setAsked(null);
      setCodes(null);
      toast(t.isOff);
    },
  });
  const isOn = state.data?.enabled ?? false;
  const close = () => {
    setAsked(null);
    renew.reset();
    disable.reset();
  };
  return (
    <Card
      title={t.secondStep}
      actions={state.data && <Badge tone={isOn ? 'good' : 'plain'}>{isOn ? t.on : t.off}</Badge>}
    >
      {state.isPending && <Skeleton lines={2} />}
      <ErrorNote error={state.error} onRetry={() => void state.refetch()} />
      {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
      {state.data && !isOn && !enroll.data && (
        <>
          <p className={styles['told']}>{t.secondWhy}</p>
          <ErrorNote error={enroll.error} />
          <div>
            <Button isBusy={enroll.isPending} onClick={() => enroll.mutate(undefined)}>
              {t.setUp}
            </Button>
          </div>
        </>
      )}
      {enroll.data && !isOn && (
        <SetUpTotp
          {...enroll.data}
          error={confirm.error}
          isBusy={confirm.isPending}
          onCode={(code) => confirm.mutate(code)}
          onCancel={() => enroll.reset()}
        />
      )}
      {isOn && (
        <div className={styles['line']}>
          <span>{t.codesLeft(state.data?.recoveryCodesLeft ?? 0)}</span>
          <Button onClick={() => setAsked('codes')}>{t.newCodes}</Button>
          <Button look="danger" onClick={() => setAsked('off')}>
            {t.switchOff}
          </Button>
        </div>
      )}
      {asked === 'codes' && (
        <Confirm
          title={t.newCodes}
          action={t.newCodes}
          isBusy={renew.isPending}
          error={renew.error}
          onConfirm={() => renew.mutate(undefined)}
          onCancel={close}
        >
          {t.newCodesWhy}
        </Confirm>
      )}
      {asked === 'off' && (
        <Confirm
          title={t.switchOff}
          action={t.switchOff}
          isBusy={disable.isPending}
          error={disable.error}
          onConfirm={() => disable.mutate(undefined)}
          onCancel={close}
        >
          {t.switchOffWhy}
        </Confirm>
      )}
    </Card>
  );
}
