import type { Role } from '@sightline/db/client';

/** What a viewer may do. Roles and key scopes are both turned into these, once, when a request is authenticated. */
export const permissions = ['read', 'sources:write', 'sessions:write', 'keys:write', 'inference:use'] as const;
export type Permission = (typeof permissions)[number];

/** Who is asking: one user or key, in one organization. */
export type Viewer = {
  readonly organizationId: string;
  readonly userId: string;
  /** The device session, when a person is asking. */
  readonly signInId: string | null;
  /** The key, when a program is asking. */
  readonly apiKeyId: string | null;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
};
