import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import button from '../../components/button.module.css';
import styles from './account.module.css';
import { text } from './text.ts';

/** Told once: gone with the page, or when somebody says that they have them. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }): ReactElement {
  const t = useText(text);
  const section = useRef<HTMLElement>(null);
  const [file, setFile] = useState<string>();
  const all = codes.join('\n');
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([`${all}\n`], { type: 'text/plain' }));
    setFile(url);
    section.current?.focus();
    return () => URL.revokeObjectURL(url);
  }, [all]);
  return (
    <section ref={section} tabIndex={-1} aria-label={t.codes} className={styles['form']}>
      <h3>{t.codes}</h3>
      <p>{t.codesWhy}</p>
      <ul className={styles['codes']}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles['buttons']}>
        <CopyButton value={all} />
        <a href={file} download="sightline-recovery-codes.txt" className={`${button['button']} ${button['plain']}`}>
          {t.download}
        </a>
        <Button look="primary" onClick={onDone}>
          {t.haveCodes}
        </Button>
      </div>
    </section>
  );
}
