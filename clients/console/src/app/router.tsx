import {
  Outlet,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { readEventSearch } from '../components/event-search.ts';
import { readEventsSearch } from '../pages/events/event-range.ts';
import { settingsSearch } from '../pages/settings/settings-search.ts';
import { auditSearch } from '../pages/audit/audit-search.ts';
import { teamSearch } from '../pages/team/team-search.ts';
import { usageSearch } from '../pages/usage/usage-days.ts';
import { Broken } from './broken.tsx';
import { NotFound } from './not-found.tsx';
import { ownPath } from './paths.ts';
import type { PagePath } from './paths.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
/** What needs somebody who is signed in. */
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

/** Where somebody who signs in wanted to go. */
const withReturn = ({ returnTo }: Record<string, unknown>): { returnTo?: string } => {
  const path = ownPath(returnTo);
  return path === null ? {} : { returnTo: path };
};

// Each page is a chunk of its own, loaded when somebody goes there.
const open = [
  createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    validateSearch: withReturn,
    component: lazyRouteComponent(() => import('../pages/sign-in/sign-in.tsx'), 'SignIn'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/sign-up',
    validateSearch: withReturn,
    component: lazyRouteComponent(() => import('../pages/sign-in/sign-up.tsx'), 'SignUp'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/forgot-password',
    component: lazyRouteComponent(() => import('../pages/links/forgot-password.tsx'), 'ForgotPassword'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/reset-password',
    component: lazyRouteComponent(() => import('../pages/links/reset-password.tsx'), 'ResetPassword'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/verify-email',
    component: lazyRouteComponent(() => import('../pages/links/verify-email.tsx'), 'VerifyEmail'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/confirm-identity',
    component: lazyRouteComponent(() => import('../pages/links/confirm-identity.tsx'), 'ConfirmIdentity'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/invitation',
    component: lazyRouteComponent(() => import('../pages/links/invitation.tsx'), 'Invitation'),
  }),
];

/** Addresses in mails that lead to a part of a page. */
const moved = (path: string, to: PagePath, more: { hash?: string; search?: object }) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- how this router redirects
      throw redirect({ to: to as string, ...(more as object), replace: true });
    },
  });

const inside = [
  createRoute({
    getParentRoute: () => shell,
    path: '/',
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- how this router redirects
      throw redirect({ to: '/live', replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/account',
    component: lazyRouteComponent(() => import('../pages/account/account.tsx'), 'Account'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/live',
    validateSearch: readEventSearch,
    component: lazyRouteComponent(() => import('../pages/live/live.tsx'), 'Live'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/sources',
    validateSearch: ({ add }: Record<string, unknown>): { add?: true } => (add === true ? { add } : {}),
    component: lazyRouteComponent(() => import('../pages/sources/sources.tsx'), 'Sources'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/sources/$id',
    component: lazyRouteComponent(() => import('../pages/sources/source-page.tsx'), 'SourcePage'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/events',
    validateSearch: readEventsSearch,
    component: lazyRouteComponent(() => import('../pages/events/events.tsx'), 'Events'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/events/$id',
    component: lazyRouteComponent(() => import('../pages/events/event.tsx'), 'EventPage'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/playground',
    validateSearch: ({ model, threshold }: Record<string, unknown>): { model?: string; threshold?: number } => ({
      ...(typeof model === 'string' && { model }),
      ...(typeof threshold === 'number' && threshold > 0 && threshold < 1 && { threshold }),
    }),
    component: lazyRouteComponent(() => import('../pages/playground/playground.tsx'), 'Playground'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/models',
    component: lazyRouteComponent(() => import('../pages/models/models.tsx'), 'Models'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/usage',
    validateSearch: usageSearch,
    component: lazyRouteComponent(() => import('../pages/usage/usage.tsx'), 'Usage'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/billing',
    component: lazyRouteComponent(() => import('../pages/billing/billing.tsx'), 'Billing'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/team',
    validateSearch: teamSearch,
    component: lazyRouteComponent(() => import('../pages/team/team.tsx'), 'Team'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/audit',
    validateSearch: auditSearch,
    component: lazyRouteComponent(() => import('../pages/audit/audit.tsx'), 'Audit'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/api',
    component: lazyRouteComponent(() => import('../pages/api/api.tsx'), 'Api'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/keys',
    component: lazyRouteComponent(() => import('../pages/keys/keys.tsx'), 'Keys'),
  }),
  createRoute({
    getParentRoute: () => shell,
    path: '/settings',
    validateSearch: settingsSearch,
    component: lazyRouteComponent(() => import('../pages/settings/settings.tsx'), 'Settings'),
  }),
];

const inMails = [
  moved('/security', '/account', { hash: 'sign-ins' }),
  moved('/account/privacy', '/settings', { search: { tab: 'privacy' } }),
];

export const router = createRouter({
  routeTree: root.addChildren([...open, ...inMails, shell.addChildren(inside)]),
  defaultErrorComponent: Broken,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});
