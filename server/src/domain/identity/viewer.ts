import type { Locale, Role } from '@sightline/db/client';
import type { Permission } from './permissions.ts';

/** How often a key may do something, beside what the plan allows. */
export type KeyLimit = { readonly name: string; readonly max: number; readonly windowSeconds: number };

/** Who is asking: one user or key, in one organization. */
export type Viewer = {
  readonly organizationId: string;
  /** How far the organization's clock is ahead of ours, 0 unless it is a sandbox; undefined: as this process heard last. */
  readonly clockOffsetMs: number | undefined;
  readonly userId: string;
  /** The device session, when a person is asking. */
  readonly signInId: string | null;
  /** The key, when a program is asking. */
  readonly apiKeyId: string | null;
  /** The hash of the key's secret, in hex: a key may have two for a while. Null for people. */
  readonly secretHash: string | null;
  readonly role: Role;
  /** What they may do in the whole organization. */
  readonly permissions: ReadonlySet<Permission>;
  /** What custom roles add, by id of the source. Ask `access.ts`, which knows both. */
  readonly sourcePermissions: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** When the person last proved themselves in this sign-in, with the strongest factor they have; null for keys. */
  readonly provedAt: Date | null;
  /** Until when what they proved themselves with is good, by the organization's time; null: it does not end by itself. */
  readonly endsAt: Date | null;
  /** Limits of the key that asks; none for people. */
  readonly keyLimits: readonly KeyLimit[];
  /** Where the request came from; null when that is not known. */
  readonly address: string | null;
  /** The language the person reads. */
  readonly locale: Locale;
};

/** Where and how somebody asks, before it is known who. */
export type Origin = {
  readonly requestId: string;
  readonly userAgent: string | null;
  readonly address: string | null;
};
