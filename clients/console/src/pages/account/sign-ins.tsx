import type { SignIn } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useList, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './account.module.css';
import { deviceOf } from './device-of.ts';
import { text } from './text.ts';

export function SignIns(): ReactElement {
  const t = useText(text);
  const { data: viewer } = useViewer();
  const list = useList(['sign-ins'], (all, window) => all.signIns.list(window));
  const [isAsking, setAsking] = useState(false);
  const end = useAct((id: string) => client.signIns.revoke(id), {
    changes: [['sign-ins']],
    onDone: () => toast(t.ended),
  });
  const endOthers = useAct(() => client.signIns.revokeAll({ keepThis: true }), {
    changes: [['sign-ins']],
    onDone(count) {
      setAsking(false);
      toast(t.endedOthers(count));
    },
  });
  return (
    <div id="sign-ins">
      <Card title={t.signIns} actions={<Button onClick={() => setAsking(true)}>{t.endOthers}</Button>}>
        <p className={styles['told']}>{t.signInsWhy(viewer?.organization.name ?? '')}</p>
        {list.isPending && <Skeleton lines={4} />}
        <ErrorNote error={list.error ?? end.error} />
        <ul className={styles['rows']}>
          {list.items.map((signIn) => (
            <Row
              key={signIn.id}
              signIn={signIn}
              isBusy={end.isPending && end.variables === signIn.id}
              onEnd={() => end.mutate(signIn.id)}
            />
          ))}
        </ul>
        {list.hasNextPage && (
          <div>
            <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t.more}
            </Button>
          </div>
        )}
      </Card>
      {isAsking && (
        <Confirm
          title={t.endOthers}
          action={t.endOthers}
          isBusy={endOthers.isPending}
          error={endOthers.error}
          onConfirm={() => endOthers.mutate(undefined)}
          onCancel={() => setAsking(false)}
        >
          {t.endOthersWhy}
        </Confirm>
      )}
    </div>
  );
}

/** What the server says of addresses by itself; other places have names of their own. */
const isNear = (place: string | null): place is 'this machine' | 'this network' =>
  place === 'this machine' || place === 'this network';

function Row({ signIn, isBusy, onEnd }: { signIn: SignIn; isBusy: boolean; onEnd: () => void }): ReactElement {
  const t = useText(text);
  const { deviceName, userAgent, address, place, lastSeenAt, current } = signIn;
  const device = deviceName ?? deviceOf(userAgent) ?? t.unknownDevice;
  return (
    <li className={styles['row']}>
      <div className={styles['what']}>
        <p className={styles['line']}>
          <span>{device}</span>
          {current && <Badge tone="accent">{t.thisOne}</Badge>}
        </p>
        <p className={styles['facts']}>
          {[isNear(place) ? t[place] : place, address].filter(Boolean).join(' · ')} · {t.seen} <Time at={lastSeenAt} />
        </p>
      </div>
      {!current && (
        <Button isBusy={isBusy} aria-label={t.endOf(device)} onClick={onEnd}>
          {t.end}
        </Button>
      )}
    </li>
  );
}
