import type { Viewer } from '@sightline/core';
import { useNavigate } from '@tanstack/react-router';
import { Building2, CircleUser, Languages, Moon, Plus, Search, Sun, SunMoon } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { Modal } from '../components/modal.tsx';
import { useAsk } from './data.ts';
import { matching } from './matching.ts';
import { navigation } from './navigation.ts';
import styles from './palette.module.css';
import { changeSettings } from './settings.ts';
import { pageKeys } from './shell-keys.ts';
import { pageNames, text } from './shell.text.ts';
import { useText } from './text.ts';
import { useSwitch } from './use-switch.ts';

type Entry = { key: string; label: string; group: string; keys?: string | undefined; icon: ReactNode; run: () => void };
type Props = { viewer: Viewer; onClose: () => void; onNewOrganization: () => void };

/** Everything that can be gone to or chosen, by writing a part of its name. */
export function Palette({ viewer, onClose, onNewOrganization }: Props): ReactElement {
  const t = useText(text);
  const id = useId();
  const [written, setWritten] = useState('');
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const found = matching(useEntries({ viewer, onNewOrganization }), written, ({ label, group }) => `${label} ${group}`);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  function run(entry: Entry | undefined): void {
    if (!entry) return;
    onClose();
    entry.run();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const steps: Partial<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const next = steps[event.key];
    if (event.key === 'Enter') run(found[at]);
    if (next === undefined || found.length === 0) return;
    event.preventDefault();
    setChosen((next + found.length) % found.length);
  }
  return (
    <Modal label={t.palette} onClose={onClose} className={styles['palette']}>
      <div className={styles['search']}>
        <Search aria-hidden />
        <input
          className={styles['input']}
          role="combobox"
          aria-label={t.palette}
          aria-expanded
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
          placeholder={t.paletteHint}
          value={written}
          onChange={({ target }) => {
            setWritten(target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul ref={list} id={id} role="listbox" aria-label={t.palette} className={styles['list']}>
        {found.map((entry, index) => (
          // Keys are those of the field above, which has the focus.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <li
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles['entry']}
            onClick={() => run(entry)}
            onPointerMove={() => setChosen(index)}
          >
            {entry.icon}
            <span className={styles['label']}>{entry.label}</span>
            {entry.keys ? (
              <kbd className={styles['keys']}>{entry.keys}</kbd>
            ) : (
              <span className={styles['group']}>{entry.group}</span>
            )}
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className={styles['none']} role="status">
          {t.paletteNone}
        </p>
      )}
    </Modal>
  );
}

function useEntries({ viewer, onNewOrganization }: Pick<Props, 'viewer' | 'onNewOrganization'>): Entry[] {
  const t = useText(text);
  const names = useText(pageNames);
  const navigate = useNavigate();
  const go = (to: string) => () => void navigate({ to });
  const mine = useAsk(['organizations'], (all, signal) => all.organizations.list({ signal }));
  const change = useSwitch();
  const pages = navigation.flatMap(({ key: group, items }) =>
    items.map(({ to, name, icon: Icon }): Entry => {
      const key = pageKeys[name];
      return {
        ...{ key: to, label: names[name], group: t[group], icon: <Icon aria-hidden />, run: go(to) },
        keys: key && `G ${key.toUpperCase()}`,
      };
    }),
  );
  const account = {
    key: '/account',
    label: names.account,
    group: t.you,
    icon: <CircleUser aria-hidden />,
    run: go('/account'),
  };
  const organizations = (mine.data ?? [])
    .filter(({ organizationId }) => organizationId !== viewer.organization.id)
    .map(({ organizationId, name }): Entry => ({
      ...{ key: organizationId, label: name, group: t.switchTo, icon: <Building2 aria-hidden /> },
      run: () => change.mutate(organizationId),
    }));
  const create = {
    ...{ key: 'new', label: t.newOrganization, group: t.organizations, icon: <Plus aria-hidden /> },
    run: onNewOrganization,
  };
  const icons = { system: SunMoon, light: Sun, dark: Moon };
  const themes = (['system', 'light', 'dark'] as const).map((theme): Entry => {
    const Icon = icons[theme];
    return {
      ...{ key: theme, label: t[theme], group: t.theme, icon: <Icon aria-hidden /> },
      run: () => changeSettings({ theme }),
    };
  });
  const languages = (
    [
      ['en', 'English'],
      ['es', 'Español'],
    ] as const
  ).map(([language, label]): Entry => ({
    ...{ key: language, label, group: t.language, icon: <Languages aria-hidden /> },
    run: () => changeSettings({ language }),
  }));
  return [...pages, account, ...organizations, create, ...themes, ...languages];
}
