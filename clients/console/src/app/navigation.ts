import {
  Boxes,
  CalendarSearch,
  Cctv,
  ChartColumn,
  CreditCard,
  FlaskConical,
  Code,
  KeyRound,
  ScrollText,
  Radio,
  Settings as SettingsIcon,
  Users,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { PagePath } from './paths.ts';
import type { PageName } from './shell.text.ts';

export type NavItem = { readonly to: PagePath; readonly name: PageName; readonly icon: LucideIcon };
export type NavGroup = { readonly key: 'watch' | 'build' | 'manage'; readonly items: readonly NavItem[] };

/** What the side bar shows, in this order; phones have the first four at the bottom and the rest behind “more”. */
export const navigation: readonly NavGroup[] = [
  {
    key: 'watch',
    items: [
      { to: '/live', name: 'live', icon: Radio },
      { to: '/sources', name: 'sources', icon: Cctv },
      { to: '/events', name: 'events', icon: CalendarSearch },
    ],
  },
  {
    key: 'build',
    items: [
      { to: '/playground', name: 'playground', icon: FlaskConical },
      { to: '/models', name: 'models', icon: Boxes },
      { to: '/api', name: 'api', icon: Code },
    ],
  },
  {
    key: 'manage',
    items: [
      { to: '/usage', name: 'usage', icon: ChartColumn },
      { to: '/billing', name: 'billing', icon: CreditCard },
      { to: '/team', name: 'team', icon: Users },
      { to: '/keys', name: 'keys', icon: KeyRound },
      { to: '/audit', name: 'audit', icon: ScrollText },
      { to: '/settings', name: 'settings', icon: SettingsIcon },
    ],
  },
];
