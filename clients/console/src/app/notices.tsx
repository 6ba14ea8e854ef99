import type { Notification } from '@sightline/core';
import type { ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { ErrorNote } from '../components/error-note.tsx';
import { PageLink } from '../components/page-link.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Time } from '../components/time.tsx';
import { useFormats } from '../components/formats.ts';
import { text as meterNames } from '../pages/usage/text.ts';
import styles from './bell.module.css';
import { client } from './client.ts';
import { useAct, useList } from './data.ts';
import type { PagePath } from './paths.ts';
import { text } from './shell.text.ts';
import { useText } from './text.ts';

type Told = { readonly title: string; readonly more: string; readonly to: PagePath | null };

export function Notices({ unread, onLeave }: { unread: number; onLeave: () => void }): ReactElement {
  const t = useText(text);
  const list = useList(['notices', 'list'], (all, window) => all.notifications.list(window));
  const read = useAct(() => client.notifications.markRead(), { changes: [['notices']] });
  return (
    <>
      <div className={styles['head']}>
        <h2>{t.noticesTitle}</h2>
        {unread > 0 && (
          <Button look="quiet" isBusy={read.isPending} onClick={() => read.mutate(undefined)}>
            {t.allRead}
          </Button>
        )}
      </div>
      {list.isPending && <Skeleton lines={4} />}
      <ErrorNote error={list.error ?? read.error} />
      {list.isSuccess && list.items.length === 0 && <p className={styles['none']}>{t.noNotices}</p>}
      <ul>
        {list.items.map((notice) => (
          <li key={notice.id} className={styles['notice']}>
            <Notice notice={notice} onLeave={onLeave} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button look="quiet" isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.moreNotices}
        </Button>
      )}
    </>
  );
}

function Notice({ notice, onLeave }: { notice: Notification; onLeave: () => void }): ReactElement {
  const t = useText(text);
  const { title, more, to } = useTold(notice);
  return (
    <>
      <p className={styles['title']}>
        {notice.readAt === null && <span className={styles['dot']} role="img" aria-label={t.unread} />}
        {/* A press anywhere in it leaves the list. */}
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
        {to ? (
          <span onClick={onLeave}>
            <PageLink to={to}>{title}</PageLink>
          </span>
        ) : (
          title
        )}
      </p>
      <p className={styles['facts']}>
        {more && `${more} · `}
        <Time at={notice.createdAt} />
      </p>
    </>
  );
}

/** What a notice says, by its kind; of a kind that came later than this page, what is in it. */
function useTold({ kind, values }: Notification): Told {
  const t = useText(text);
  const meters: Readonly<Record<string, unknown>> = useText(meterNames);
  const { count, share, duration } = useFormats();
  const of = (name: string) => values.find((value) => value.name === name)?.value ?? '';
  if (kind === 'usage.threshold') {
    // A meter that came later than this page is called what it is called there.
    const meter = String(meters[of('meter')] ?? of('meter'));
    const said = of('meter') === 'SESSION_SECONDS' ? duration : count;
    const [used, limit] = [said(Number(of('used'))), said(Number(of('limit')))];
    return {
      title: t.nearLimit(meter, share(Number(of('percent')) / 100)),
      more: t.nearLimitMore(used, limit),
      to: '/usage',
    };
  }
  if (kind === 'payment.failed')
    return { title: t.paymentFailed(of('amount')), more: t.paymentFailedMore(of('number')), to: '/billing' };
  return { title: kind, more: values.map(({ name, value }) => `${name}: ${value}`).join(' · '), to: null };
}
