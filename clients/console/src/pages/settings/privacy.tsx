import type { Consent, PrivacyRequest } from '@sightline/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk, useViewer } from '../../app/data.ts';
import { leaveDemo } from '../../app/demo.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import button from '../../components/button.module.css';
import { Card } from '../../components/card.tsx';
import { Dated } from '../../components/dated.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { TypedConfirm } from '../../components/typed-confirm.tsx';
import styles from './settings.module.css';
import { text } from './text.ts';

/** What is known of the person who looks: taking it along, what they agreed to, and being forgotten. */
export function Privacy(): ReactElement {
  return (
    <div className={styles['page']}>
      <Exports />
      <Consents />
      <Erase />
    </div>
  );
}

const tones = { PENDING: 'accent', DONE: 'good', FAILED: 'bad' } as const;
/** Links are good for five minutes: another one is asked for before. */
const linkMs = 240_000;

function Exports(): ReactElement {
  const t = useText(text);
  const exports = useAsk(['privacy', 'exports'], (asked, signal) => asked.privacy.exports({ signal }), {
    refetchInterval: ({ state: { data } }) => (data?.some(({ state }) => state === 'PENDING') ? 1_000 : linkMs),
  });
  const ask = useAct(() => client.privacy.export(), { changes: [['privacy', 'exports']] });
  const rows = exports.data?.filter(({ kind }) => kind === 'EXPORT') ?? [];
  return (
    <Card
      title={t.export}
      actions={
        <Button look="primary" isBusy={ask.isPending} onClick={() => ask.mutate(undefined)}>
          {t.exportAsk}
        </Button>
      }
    >
      <p className={styles['soft']}>{t.exportTold}</p>
      <ErrorNote error={ask.error ?? exports.error} />
      {exports.isPending && <Skeleton lines={2} height="2rem" />}
      {rows.length > 0 && (
        <ul className={styles['list']} aria-label={t.export}>
          {rows.map((request) => (
            <li key={request.id}>
              <Time at={request.requestedAt} />
              <Badge tone={tones[request.state]}>{t[request.state]}</Badge>
              <File request={request} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function File({ request: { url, expiresAt, state } }: { request: PrivacyRequest }): ReactElement {
  const t = useText(text);
  if (!url) return <span className={styles['soft']}>{state === 'DONE' ? t.expired : t.notYet}</span>;
  return (
    <span className={styles['inline']}>
      <a className={`${button['button']} ${button['plain']}`} href={url} download="my-data.json">
        <Download aria-hidden />
        {t.download}
      </a>
      {expiresAt && <Dated sentence={t.until} at={expiresAt} />}
    </span>
  );
}

/** The newest word on each document. */
function newestConsents(consents: readonly Consent[]): readonly Consent[] {
  const newest = new Map<string, Consent>();
  for (const consent of consents) if (!newest.has(consent.document)) newest.set(consent.document, consent);
  return [...newest.values()];
}

function Consents(): ReactElement {
  const t = useText(text);
  const consents = useAsk(['privacy', 'consents'], (asked, signal) => asked.privacy.consents({ signal }));
  const record = useAct(
    ({ document, version, granted }: Consent) => client.privacy.consent({ document, version, granted: !granted }),
    { changes: [['privacy', 'consents']], onDone: () => toast(t.consentNoted) },
  );
  const rows = newestConsents(consents.data ?? []);
  return (
    <Card title={t.consents}>
      <ErrorNote error={record.error ?? consents.error} />
      {consents.isPending && <Skeleton lines={2} height="2rem" />}
      {consents.isSuccess && rows.length === 0 && <p className={styles['soft']}>{t.consentsEmpty}</p>}
      {rows.length > 0 && (
        <ul className={styles['list']} aria-label={t.consents}>
          {rows.map((consent) => (
            <li key={consent.document}>
              <span className={styles['what']}>{`${consent.document} ${consent.version}`}</span>
              <Badge tone={consent.granted ? 'good' : 'plain'}>{consent.granted ? t.agreed : t.takenBack}</Badge>
              <Time at={consent.at} />
              <Button look="quiet" isBusy={record.isPending} onClick={() => record.mutate(consent)}>
                {consent.granted ? t.takeBack : t.agree}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Erase(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const email = viewer.data?.user?.email ?? null;
  const [isAsking, setAsking] = useState(false);
  const erase = useAct((own: string) => client.privacy.erase({ email: own }), { onDone: leaveDemo });
  return (
    <Card title={t.erase}>
      <div className={styles['end']}>
        <p className={styles['soft']}>{t.eraseTold}</p>
        <Button look="danger" disabled={email === null} onClick={() => setAsking(true)}>
          {t.eraseAct}
        </Button>
      </div>
      {isAsking && email && (
        <TypedConfirm
          title={t.eraseTitle}
          expected={email}
          action={t.eraseAct}
          isBusy={erase.isPending}
          error={erase.error}
          onConfirm={() => erase.mutate(email)}
          onCancel={() => setAsking(false)}
        >
          {t.eraseTold}
        </TypedConfirm>
      )}
    </Card>
  );
}
