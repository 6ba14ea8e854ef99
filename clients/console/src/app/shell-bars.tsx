import type { Viewer } from '@sightline/core';
import { useNavigate } from '@tanstack/react-router';
import { Building2, CircleUser, Ellipsis, LogOut, Plus, Search } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { Menu } from '../components/menu.tsx';
import { PageLink } from '../components/page-link.tsx';
import { Bell } from './bell.tsx';
import { client } from './client.ts';
import { useAct, useAsk } from './data.ts';
import { leaveDemo } from './demo.ts';
import { navigation } from './navigation.ts';
import type { NavItem } from './navigation.ts';
import { changeSettings, useSettings } from './settings.ts';
import styles from './shell.module.css';
import { pageNames, text } from './shell.text.ts';
import { useText } from './text.ts';
import { useSwitch } from './use-switch.ts';

/** How many pages a phone shows at the bottom. */
const bottomCount = 4;

/** What lies over the pages, opened from here. */
export type Overlay = 'palette' | 'organization';
type BarProps = { viewer: Viewer; onOverlay: (overlay: Overlay) => void };

const isMac = /\bMac OS X\b/.test(navigator.userAgent);

export function SideBar({ viewer, onOverlay }: BarProps): ReactElement {
  const t = useText(text);
  return (
    <div className={styles['side']}>
      <div className={styles['head']}>
        <OrganizationMenu viewer={viewer} onOverlay={onOverlay} />
        <Bell />
      </div>
      <button type="button" className={styles['search']} onClick={() => onOverlay('palette')}>
        <Search aria-hidden className={styles['icon']} />
        <span className={styles['grow']}>{t.search}</span>
        <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <nav aria-label={t.pages} className={styles['pages']}>
        {navigation.map(({ key, items }) => (
          <div key={key}>
            <p className={styles['group']}>{t[key]}</p>
            <ul>
              {items.map((item) => (
                <li key={item.to}>
                  <PageItem item={item} className={styles['page']} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <PersonMenu viewer={viewer} />
    </div>
  );
}

/** Phones only. */
export function TopBar({ viewer, onOverlay }: BarProps): ReactElement {
  const t = useText(text);
  return (
    <header className={styles['top']}>
      <OrganizationMenu viewer={viewer} onOverlay={onOverlay} />
      <span className={styles['grow']} />
      <Button look="quiet" icon={<Search aria-hidden />} aria-label={t.search} onClick={() => onOverlay('palette')} />
      <Bell />
      <PersonMenu viewer={viewer} />
    </header>
  );
}

/** Phones only. */
export function BottomBar(): ReactElement {
  const t = useText(text);
  const names = useText(pageNames);
  const navigate = useNavigate();
  const all = navigation.flatMap(({ items }) => items);
  const rest = all.slice(bottomCount).map(({ to, name, icon: Icon }) => ({
    label: names[name],
    icon: <Icon aria-hidden />,
    onSelect: () => void navigate({ to: to as string }),
  }));
  return (
    <nav aria-label={t.pages} className={styles['bottom']}>
      {all.slice(0, bottomCount).map((item) => (
        <PageItem key={item.to} item={item} className={styles['tab']} />
      ))}
      {rest.length > 0 && (
        <Menu
          trigger={
            <span className={styles['tab']}>
              <Ellipsis aria-hidden />
              {t.more}
            </span>
          }
          groups={[{ label: t.more, items: rest }]}
        />
      )}
    </nav>
  );
}

function PageItem({
  item: { to, name, icon: Icon },
  className,
}: {
  item: NavItem;
  className?: string | undefined;
}): ReactElement {
  const names = useText(pageNames);
  return (
    <PageLink to={to} className={className}>
      <Icon aria-hidden />
      <span>{names[name]}</span>
    </PageLink>
  );
}

function OrganizationMenu({ viewer, onOverlay }: BarProps): ReactElement {
  const t = useText(text);
  const mine = useAsk(['organizations'], (all, signal) => all.organizations.list({ signal }));
  const change = useSwitch();
  const items = (mine.data ?? []).map(({ organizationId, name, isCurrent }) => ({
    label: name,
    isChosen: isCurrent,
    onSelect: () => !isCurrent && change.mutate(organizationId),
  }));
  const create = { label: t.newOrganization, icon: <Plus aria-hidden />, onSelect: () => onOverlay('organization') };
  return (
    <Menu
      trigger={
        <>
          <Building2 aria-hidden className={styles['icon']} />
          <span className={styles['cut']}>{viewer.organization.name}</span>
        </>
      }
      groups={[{ label: t.organizations, items: [...items, create] }]}
    />
  );
}

function PersonMenu({ viewer }: { viewer: Viewer }): ReactElement {
  const t = useText(text);
  const names = useText(pageNames);
  const navigate = useNavigate();
  const { theme, language } = useSettings();
  const leave = useAct(
    async () => {
      leaveDemo();
      await client.auth.signOut();
    },
    { changes: [['viewer']] },
  );
  return (
    <Menu
      trigger={
        <>
          <CircleUser aria-hidden className={styles['icon']} />
          <span className={`${styles['cut']} ${styles['who']}`}>{viewer.user?.name ?? t.you}</span>
        </>
      }
      groups={[
        {
          label: t.theme,
          items: (['system', 'light', 'dark'] as const).map((name) => ({
            label: t[name],
            isChosen: name === theme,
            onSelect: () => changeSettings({ theme: name }),
          })),
        },
        {
          label: t.language,
          items: (
            [
              ['en', 'English'],
              ['es', 'Español'],
            ] as const
          ).map(([name, label]) => ({
            label,
            isChosen: name === language,
            onSelect: () => changeSettings({ language: name }),
          })),
        },
        {
          label: viewer.user?.email ?? t.you,
          items: [
            {
              label: names.account,
              icon: <CircleUser aria-hidden />,
              onSelect: () => void navigate({ to: '/account' as string }),
            },
            { label: t.signOut, icon: <LogOut aria-hidden />, onSelect: () => leave.mutate(undefined) },
          ],
        },
      ]}
    />
  );
}
