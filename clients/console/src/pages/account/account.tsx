import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { PageHead } from '../../components/page-head.tsx';
import styles from './account.module.css';
import { EmailCard } from './email-card.tsx';
import { Identities } from './identities.tsx';
import { PasswordCard } from './password-card.tsx';
import { ProfileCard } from './profile-card.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SignIns } from './sign-ins.tsx';
import { text } from './text.ts';

/** What belongs to the person, in whichever organization they are. */
export function Account(): ReactElement {
  const t = useText(text);
  return (
    <div className={styles['page']}>
      <PageHead title={t.title} />
      <ProfileCard />
      <EmailCard />
      <PasswordCard />
      <SecondFactor />
      <Identities />
      <SignIns />
    </div>
  );
}
