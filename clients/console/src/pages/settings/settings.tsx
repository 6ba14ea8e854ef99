import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { PageHead } from '../../components/page-head.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { Features } from './features.tsx';
import { OrganizationSettings } from './organization.tsx';
import { Privacy } from './privacy.tsx';
import { settingsTabs } from './settings-search.ts';
import { text } from './text.ts';

const panels = { organization: OrganizationSettings, privacy: Privacy, features: Features };

export function Settings(): ReactElement {
  const t = useText(text);
  const { tab = 'organization' } = useSearch({ from: '/shell/settings' });
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t.title} />
      <Tabs
        label={t.title}
        value={tab}
        onChange={(next) => {
          const chosen = settingsTabs.find((each) => each === next);
          void navigate({ to: '/settings', search: !chosen || chosen === 'organization' ? {} : { tab: chosen } });
        }}
        tabs={settingsTabs.map((value) => {
          const Panel = panels[value];
          return { value, label: t[value], panel: <Panel /> };
        })}
      />
    </>
  );
}
