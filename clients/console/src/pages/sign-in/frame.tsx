import type { ReactElement, ReactNode } from 'react';
import { useViewer } from '../../app/data.ts';
import { changeSettings, useSettings } from '../../app/settings.ts';
import type { Language } from '../../app/settings.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import mark from '../../styles/mark.svg';
import styles from './sign-in.module.css';
import { text } from './text.ts';

const languages: readonly (readonly [Language, string])[] = [
  ['en', 'English'],
  ['es', 'Español'],
];

/** Around every page that needs nobody to be signed in: a heading, what is to be done, and the ways elsewhere below it. */
export function Frame({
  title,
  children,
  below,
}: {
  title: string;
  children: ReactNode;
  below?: ReactNode;
}): ReactElement {
  const { language } = useSettings();
  return (
    <main className={styles['page']}>
      <img src={mark} alt="" width={40} height={40} className={styles['mark']} />
      <div className={styles['card']}>
        <PageHead title={title} />
        {children}
      </div>
      {below && <div className={styles['other']}>{below}</div>}
      <div className={styles['languages']}>
        {languages.map(([name, said]) => (
          <Button
            key={name}
            look="quiet"
            lang={name}
            aria-pressed={name === language}
            onClick={() => changeSettings({ language: name })}
          >
            {said}
          </Button>
        ))}
      </div>
    </main>
  );
}

/** For somebody who is signed in already and comes to sign in or up. */
export function SignedInAlready(): ReactElement | null {
  const t = useText(text);
  const { data: viewer } = useViewer();
  if (!viewer) return null;
  return (
    <p className={styles['note']}>
      {t.signedInAs(viewer.user?.email ?? '')} <PageLink to="/">{t.goOn}</PageLink>
    </p>
  );
}
