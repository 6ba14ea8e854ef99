import type { ReactElement } from 'react';
import { useAct, useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import styles from './sign-in.module.css';
import { text } from './text.ts';
import { startVisit } from './visit.ts';

/** Ways in by somebody else's page; nothing where this server has none. */
export function Providers({ returnTo }: { returnTo: string }): ReactElement | null {
  const t = useText(text);
  const { data } = useAsk(['providers'], (client, signal) => client.identities.providers({ signal }), {
    staleTime: Infinity,
  });
  const start = useAct((provider: string) => startVisit('sign-in', { provider, returnTo }));
  if (!data || data.length === 0) return null;
  return (
    <>
      <p className={styles['or']}>{t.or}</p>
      <ErrorNote error={start.error} />
      {data.map(({ name, title }) => (
        <Button key={name} isBusy={start.isPending} onClick={() => start.mutate(name)}>
          {t.with(title)}
        </Button>
      ))}
    </>
  );
}
