import type { Viewer } from '@sightline/core';
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { ErrorNote } from '../components/error-note.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { useNews } from './bell.tsx';
import { client } from './client.ts';
import { useAct, useViewer } from './data.ts';
import { leaveDemo, opensOntoDemo } from './demo.ts';
import { pageConfig } from './page-config.ts';
import { ownPath } from './paths.ts';
import type { PagePath } from './paths.ts';
import { BottomBar, SideBar, TopBar } from './shell-bars.tsx';
import type { Overlay } from './shell-bars.tsx';
import { useShellKeys } from './shell-keys.ts';
import styles from './shell.module.css';
import { text } from './shell.text.ts';
import { useText } from './text.ts';

/** The frame of every page for people who are signed in; others are sent to sign in, and back. */
export function Shell(): ReactElement {
  const viewer = useViewer();
  if (viewer.isPending) return <Waiting />;
  // Who was known stays, and with them what they were writing.
  if (viewer.error && viewer.data === undefined) {
    return (
      <main className={styles['alone']}>
        <ErrorNote error={viewer.error} onRetry={() => void viewer.refetch()} />
      </main>
    );
  }
  if (!viewer.data) {
    if (opensOntoDemo()) return <EnterDemo />;
    return <AskWho />;
  }
  return <SignedIn viewer={viewer.data} />;
}

// Not before somebody asks for them.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const NewOrganization = lazy(async () => ({ default: (await import('./new-organization.tsx')).NewOrganization }));

function SignedIn({ viewer }: { viewer: Viewer }): ReactElement {
  const t = useText(text);
  const navigate = useNavigate();
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const close = () => setOverlay(null);
  useNews();
  useShellKeys({ onPalette: () => setOverlay('palette'), go: (to: PagePath) => void navigate({ to: to as string }) });
  return (
    <div className={styles['shell']}>
      <a href="#content" className={styles['skip']}>
        {t.skip}
      </a>
      <SideBar viewer={viewer} onOverlay={setOverlay} />
      <TopBar viewer={viewer} onOverlay={setOverlay} />
      <main id="content" className={styles['content']} tabIndex={-1}>
        <Outlet />
      </main>
      <BottomBar />
      <Suspense>
        {overlay === 'palette' && (
          <Palette viewer={viewer} onClose={close} onNewOrganization={() => setOverlay('organization')} />
        )}
        {overlay === 'organization' && <NewOrganization onClose={close} />}
      </Suspense>
    </div>
  );
}

function Waiting(): ReactElement {
  return (
    <main className={styles['alone']}>
      <Skeleton lines={6} />
    </main>
  );
}

/** Goes to the sign-in, once: the page that was wanted is the one before that, however long the way takes. */
function AskWho(): ReactElement {
  const navigate = useNavigate();
  const { history } = useRouter();
  useEffect(() => {
    const returnTo = ownPath(history.location.href);
    void navigate({ to: '/sign-in', search: returnTo && returnTo !== '/live' ? { returnTo } : {}, replace: true });
  }, [navigate, history]);
  return <Waiting />;
}

/** Signs in by the login that the server shows to its own machine alone. */
function EnterDemo(): ReactElement {
  const t = useText(text);
  const { mutate, error } = useAct(
    async () => {
      if (pageConfig.demo) await client.auth.signIn(pageConfig.demo);
    },
    { changes: [['viewer']] },
  );
  useEffect(() => mutate(undefined), [mutate]);
  if (error) {
    leaveDemo();
    return <AskWho />;
  }
  return (
    <main className={styles['alone']}>
      <h1>{t.enteringDemo}</h1>
      <Skeleton lines={6} />
    </main>
  );
}
