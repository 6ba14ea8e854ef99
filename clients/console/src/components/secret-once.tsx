import { KeyRound } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './secret-once.module.css';

type Props = {
  /** What it is. */
  title: string;
  value: string;
  /** Whoever looks says that they have it: forget it. */
  onDone: () => void;
  /** What to do with it. */
  children?: ReactNode;
};

/**
 * A secret that is shown once, with the focus on it when it comes. Keep the value in the state of the page alone: it is gone with it.
 * It closes by its own button and by nothing else, as nobody can have it shown again.
 */
export function SecretOnce({ title, value, onDone, children }: Props): ReactElement {
  const t = useText(text);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.focus();
    section.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section ref={section} tabIndex={-1} className={styles['secret']} aria-label={title}>
      <div className={styles['head']}>
        <KeyRound aria-hidden className={styles['icon']} />
        <div>
          <h2>{title}</h2>
          <p>{t.secretOnce}</p>
        </div>
      </div>
      <div className={styles['value']}>
        <code className={styles['code']}>{value}</code>
        <CopyButton value={value} />
      </div>
      {children}
      <div>
        <Button look="primary" onClick={onDone}>
          {t.secretKept}
        </Button>
      </div>
    </section>
  );
}
