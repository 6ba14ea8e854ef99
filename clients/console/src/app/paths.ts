/** Every address of the console. Those of mails are what the server writes: see `webUrl` there. */
export type PagePath =
  | '/'
  | '/sign-in'
  | '/sign-up'
  | '/forgot-password'
  | '/reset-password'
  | '/verify-email'
  | '/invitation'
  | '/confirm-identity'
  | '/account'
  | '/live'
  | '/sources'
  | `/sources/${string}`
  | '/playground'
  | '/events'
  | `/events/${string}`
  | '/models'
  | '/usage'
  | '/billing'
  | '/team'
  | '/keys'
  | '/audit'
  | '/settings'
  | '/api';

/** Where to go after signing in: a path of ours; null for anything else, which somebody may have written into a link. */
export function ownPath(text: unknown): string | null {
  if (typeof text !== 'string' || !URL.canParse(text, 'http://here')) return null;
  const { origin, pathname, search } = new URL(text, 'http://here');
  return origin === 'http://here' && text.startsWith('/') ? `${pathname}${search}` : null;
}
