import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { addressSecret, forgetAddressSecrets } from '../../app/address-secrets.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Frame } from '../sign-in/frame.tsx';
import styles from '../sign-in/sign-in.module.css';
import { AskAgain } from './ask-again.tsx';
import { text } from './text.ts';

type Props = {
  path: string;
  /** What the link is for; gives the address that it was about. */
  answer: (token: string) => PromiseLike<string>;
  doing: string;
  doneTitle: string;
  done: (email: string) => string;
};

/** A link of a mail that needs no more than to be opened. */
export function AnswerLink({ path, answer, doing, doneTitle, done }: Props): ReactElement {
  const t = useText(text);
  const [token] = useState(() => addressSecret('token', path));
  const hasBegun = useRef(false);
  const { mutate, data, error } = useAct(answer, { changes: [['viewer'], ['profile']], onDone: forgetAddressSecrets });
  useEffect(() => {
    if (token === null || hasBegun.current) return;
    hasBegun.current = true;
    mutate(token);
  }, [token, mutate]);
  if (token === null || error?.code === 'TOKEN_INVALID')
    return <AskAgain title={t.usedTitle} why={token === null ? t.incomplete : t.used} what="verify" />;
  if (data !== undefined)
    return (
      <Frame key="done" title={doneTitle}>
        <div className={styles['form']}>
          <p>{done(data)}</p>
          <PageLink to="/" look="primary">
            {t.goOn}
          </PageLink>
        </div>
      </Frame>
    );
  return (
    <Frame key="doing" title={doing}>
      {error ? <ErrorNote error={error} onRetry={() => mutate(token)} /> : <Skeleton lines={2} />}
    </Frame>
  );
}
