import { useStream } from '@sightline/web/react';
import { Bell as BellIcon } from 'lucide-react';
import { Suspense, lazy, useEffect, useId, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import button from '../components/button.module.css';
import { placeBy } from '../components/menu.tsx';
import styles from './bell.module.css';
import type { ConsoleClient } from './client.ts';
import { useAsk, useRefresh } from './data.ts';
import { text } from './shell.text.ts';
import { useText } from './text.ts';

const Notices = lazy(async () => ({ default: (await import('./notices.tsx')).Notices }));

/** How many notices are unread, and the notices themselves on a press. */
export function Bell(): ReactElement {
  const t = useText(text);
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const unread = useAsk(['notices', 'unread'], (client, signal) => client.notifications.unreadCount({ signal }));
  const count = unread.data ?? 0;

  function onToggle(next: boolean): void {
    setOpen(next);
    if (next && trigger.current && popup.current) placeBy(popup.current, trigger.current.getBoundingClientRect());
  }

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={`${button['button']} ${button['quiet']} ${button['bare']} ${styles['bell']}`}
        aria-label={t.notices(count)}
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <BellIcon aria-hidden />
        {count > 0 && (
          <span aria-hidden className={styles['count']}>
            {count > 99 ? '99' : count}
          </span>
        )}
      </button>
      <div
        ref={popup}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={t.noticesTitle}
        className={styles['popup']}
        onToggle={(event) => onToggle((event.nativeEvent as ToggleEvent).newState === 'open')}
      >
        <Suspense>{isOpen && <Notices unread={count} onLeave={() => popup.current?.hidePopover()} />}</Suspense>
      </div>
    </>
  );
}

/** Asks again when there is something new. Once a page: a bell is there for desks and for phones. */
export function useNews(): void {
  const refresh = useRefresh();
  const { items } = useStream(['notices'], (client: ConsoleClient, signal) => client.notifications.watch({ signal }), {
    limit: 1,
  });
  const newest = items.at(-1)?.id;
  useEffect(() => {
    if (newest) refresh([['notices']]);
    // `refresh` is another one each time, and asks for the same.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [newest]);
}
