import { explain } from '@sightline/core';
import type { SightlineError } from '@sightline/core';
import { CircleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useSettings } from '../app/settings.ts';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './error-note.module.css';
import { PlanLink } from './plan-link.tsx';

/** What went wrong, what to do, and what to quote when asking for help. Nothing where there is no error. */
export function ErrorNote({
  error,
  onRetry,
}: {
  error: SightlineError | null | undefined;
  /** Offered where trying again can help. */
  onRetry?: () => void;
}): ReactElement | null {
  const t = useText(text);
  const { language } = useSettings();
  if (!error) return null;
  const { code, message, hint: said } = explain(error, language);
  // Theirs is for programmers.
  const hint = code === 'CONNECTION_FAILED' ? t.unreachable : said;
  const { requestId } = error;
  const quoted = [code, message, hint, requestId && `${t.request} ${requestId}`].filter(Boolean).join('\n');
  return (
    <div className={styles['note']} role="alert">
      <CircleAlert aria-hidden className={styles['icon']} />
      <div className={styles['told']}>
        <p className={styles['message']}>{message}</p>
        {hint && <p>{hint}</p>}
        <p className={styles['facts']}>
          <code>{code}</code>
          {requestId && (
            <span>
              {t.request} <code>{requestId}</code>
            </span>
          )}
        </p>
        <div className={styles['actions']}>
          <PlanLink code={code} />
          {onRetry && (
            <Button look="quiet" onClick={onRetry}>
              {t.tryAgain}
            </Button>
          )}
          <CopyButton value={quoted} label={t.copyError} />
        </div>
      </div>
    </div>
  );
}
