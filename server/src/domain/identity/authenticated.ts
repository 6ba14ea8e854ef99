import { UnauthenticatedError } from '../../errors/request-errors.ts';
import type { Viewer } from './viewer.ts';

/** A viewer and until when the proof holds, by our time; null means it does not end by itself. */
export type Authenticated = { viewer: Viewer; expiresAt: Date | null };

/** Turns one kind of secret into the viewer it stands for. `address` is whom the caller is known by on the network. */
export type Authenticator = (secret: string, address: string | null) => Promise<Authenticated>;

/** What time it is in an organization that is `clockOffsetMs` ahead of us. */
export const ownTime = (ours: Date, clockOffsetMs = 0): Date =>
  clockOffsetMs === 0 ? ours : new Date(ours.getTime() + clockOffsetMs);

/** When it is `own` there, by our time; null stays null. */
export const oursAt = (own: Date | null, clockOffsetMs = 0): Date | null =>
  own && new Date(own.getTime() - clockOffsetMs);

/** Throws UNAUTHENTICATED unless there is such a credential and it is still good. `now` is the organization's own time. */
export function requireLiving<Row extends { id: string; expiresAt: Date | null; revokedAt: Date | null }>(
  row: Row | undefined,
  kind: string,
  now: Date,
): Row {
  if (!row) throw new UnauthenticatedError({ reason: 'unknown', kind });
  if (row.revokedAt) throw new UnauthenticatedError({ reason: 'revoked', kind, id: row.id });
  if (row.expiresAt && row.expiresAt <= now) throw new UnauthenticatedError({ reason: 'expired', kind, id: row.id });
  return row;
}
