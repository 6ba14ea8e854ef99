import type { ApiKeyScope, Prisma, PrismaClient } from '@sightline/db/client';
import { ForbiddenError, InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { OrganizationClock } from '../../../organization-clock.ts';
import { withOrganization } from '../../../tenancy.ts';
import type { Attempts } from '../accounts/attempts.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { apiKeysVisibleTo } from '../identity.policy.ts';
import { permissionsOf } from '../permissions.ts';
import { requireFreshProof } from '../step-up.ts';
import { hashSecret } from '../tokens.ts';
import type { KeyLimit, Viewer } from '../viewer.ts';
import { parseAddresses } from './allowed-addresses.ts';
import { requireLimits } from './key-limits.ts';
import type { KeyLimitName } from './key-limits.ts';
import { newApiKey, shownPrefixOf } from './key-shape.ts';
import { KeyLimitReachedError } from './keys.errors.ts';

export type ApiKeysService = ReturnType<typeof createApiKeysService>;
type Deps = {
  db: PrismaClient;
  clock: Pick<OrganizationClock, 'now' | 'ours'>;
  outbox: Outbox;
  audit: AuditLog;
  /** By the time of the organization at work: limits of keys begin anew when a sandbox moves on. */
  attempts: Pick<Attempts, 'take'>;
};

type KeySettings = {
  name: string;
  scopes: ApiKeyScope[];
  /** Null: until it is revoked. */
  expiresAt: Date | null;
  /** Empty: from anywhere. */
  allowedAddresses: string[];
  limits: KeyLimit[];
};
type Changes = { [Name in keyof KeySettings]?: KeySettings[Name] | undefined };

const withLimits = { limits: { orderBy: { name: 'asc' } } } as const;
type Key = Prisma.ApiKeyGetPayload<{ include: typeof withLimits }>;

/** Longest time for which the secret before a re-roll goes on. */
export const graceDaysMax = 30;

/** The only writer of API keys. */
export function createApiKeysService({ db, clock, outbox, audit, attempts }: Deps) {
  /** Those of the settings that are given, as they are kept. Throws INPUT_INVALID. */
  function check({ name, scopes, expiresAt, allowedAddresses, limits }: Changes) {
    if (expiresAt && expiresAt <= clock.now())
      throw new InputInvalidError('input.expiresAt', 'This moment has passed.');
    if (limits) requireLimits(limits, 'input.limits');
    return {
      ...(name !== undefined && { name }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(scopes && { scopes: [...new Set(scopes)].toSorted() }),
      ...(allowedAddresses && { allowedAddresses: parseAddresses(allowedAddresses, 'input.allowedAddresses') }),
    };
  }

  /** Reads a key and holds its row until the transaction ends. Throws NOT_FOUND. */
  async function lock(tx: Prisma.TransactionClient, viewer: Viewer, id: string): Promise<Key> {
    await tx.$queryRaw`select 1 from "ApiKey" where "id" = ${id}::uuid for update`;
    const where = { AND: [{ id }, apiKeysVisibleTo(viewer)] };
    const key = await tx.apiKey.findFirst({ where, include: withLimits });
    if (!key) throw new NotFoundError('API key', id);
    return key;
  }

  /** A key that is over is no longer changed: it has nothing left to give, and must not come back. */
  async function lockLiving(tx: Prisma.TransactionClient, viewer: Viewer, id: string): Promise<Key> {
    const key = await lock(tx, viewer, id);
    if (key.revokedAt) throw new InputInvalidError('input.id', 'This key was revoked.');
    if (key.expiresAt && key.expiresAt <= clock.now()) throw new InputInvalidError('input.id', 'This key has expired.');
    return key;
  }

  /** Nobody may get at, through somebody else’s key, what they may not do themselves. Throws FORBIDDEN. */
  async function requireCovered(
    tx: Prisma.TransactionClient,
    viewer: Viewer,
    key: Pick<Key, 'createdByUserId' | 'scopes'>,
  ) {
    if (key.createdByUserId === viewer.userId) return;
    const { organizationId } = viewer;
    const maker = await tx.membership.findFirst({ where: { organizationId, userId: key.createdByUserId } });
    const given = maker ? permissionsOf(maker.role, key.scopes) : new Set<never>();
    const missing = [...given].find((permission) => !viewer.permissions.has(permission));
    if (missing) throw new ForbiddenError(missing);
  }

  return {
    /**
     * Makes a key. Its secret is in the answer and nowhere else, ever again. Whoever copied a token for an hour must not
     * get one that lasts. Throws INPUT_INVALID, STEP_UP_REQUIRED.
     */
    async create(viewer: Viewer, input: KeySettings, requestId: string): Promise<{ id: string; secret: string }> {
      requireFreshProof(viewer, clock.ours.now());
      const { name, scopes = [], expiresAt = null, allowedAddresses = [] } = check(input);
      const secret = newApiKey();
      const { organizationId, userId: createdByUserId } = viewer;
      const id = await db.$transaction(async (tx) => {
        const key = await tx.apiKey.create({
          data: {
            ...{ organizationId, createdByUserId, name: name ?? input.name, scopes, expiresAt, allowedAddresses },
            ...hashesOf(secret),
            createdAt: clock.now(),
            limits: { create: input.limits.map((limit) => ({ organizationId, ...limit })) },
          },
          include: withLimits,
        });
        const after = stateOf(key);
        await audit.record(tx, viewer, { ...targetOf(key.id), action: 'createApiKey', requestId, after });
        return key.id;
      });
      return { id, secret };
    },

    /**
     * Changes what is given of a key. Unless that is only its name, what is open with the key ends and has to be opened
     * again, and a fresh proof is needed. Throws NOT_FOUND, INPUT_INVALID, FORBIDDEN, STEP_UP_REQUIRED.
     */
    async update(viewer: Viewer, id: string, changes: Changes, requestId: string): Promise<void> {
      const isOther = Object.entries(changes).some(([what, value]) => what !== 'name' && value !== undefined);
      if (isOther) requireFreshProof(viewer, clock.ours.now());
      const data = check(changes);
      await db.$transaction(async (tx) => {
        const before = await lockLiving(tx, viewer, id);
        const { organizationId } = before;
        await requireCovered(tx, viewer, { ...before, scopes: changes.scopes ?? before.scopes });
        if (changes.limits) {
          await tx.apiKeyLimit.deleteMany({ where: { apiKeyId: id } });
          const rows = changes.limits.map((limit) => ({ organizationId, apiKeyId: id, ...limit }));
          await tx.apiKeyLimit.createMany({ data: rows });
        }
        const after = await tx.apiKey.update({ where: { id }, data, include: withLimits });
        // An open socket knows the key as it was, and so does the sidecar for some seconds.
        if (isOther) await outbox.addPrisma(tx, 'apikey.revoked', { organizationId, apiKeyId: id });
        const states = { before: stateOf(before), after: stateOf(after) };
        await audit.record(tx, viewer, { ...targetOf(id), action: 'updateApiKey', requestId, ...states });
      });
      outbox.kick();
    },

    /**
     * Gives a key a new secret. The one before works for another `graceSeconds`, the one before that no longer; with no
     * grace, what is open with the key ends now. Throws NOT_FOUND, INPUT_INVALID, FORBIDDEN, STEP_UP_REQUIRED.
     */
    async reroll(
      viewer: Viewer,
      id: string,
      graceSeconds: number,
      requestId: string,
    ): Promise<{ id: string; secret: string }> {
      const secret = newApiKey();
      const now = clock.now();
      requireFreshProof(viewer, clock.ours.now());
      await db.$transaction(async (tx) => {
        const before = await lockLiving(tx, viewer, id);
        await requireCovered(tx, viewer, before);
        const previous =
          graceSeconds > 0
            ? { previousKeyHash: before.keyHash, previousExpiresAt: new Date(now.getTime() + graceSeconds * 1_000) }
            : { previousKeyHash: null, previousExpiresAt: null };
        const after = await tx.apiKey.update({
          where: { id },
          data: { ...hashesOf(secret), ...previous },
          include: withLimits,
        });
        if (graceSeconds === 0) {
          await outbox.addPrisma(tx, 'apikey.revoked', { organizationId: before.organizationId, apiKeyId: id });
        }
        const states = { before: stateOf(before), after: stateOf(after) };
        await audit.record(tx, viewer, { ...targetOf(id), action: 'rerollApiKey', requestId, ...states });
      });
      outbox.kick();
      return { id, secret };
    },

    /** Kills a key at once, its open sockets included. Revoking twice changes nothing. Throws NOT_FOUND. */
    async revoke(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await db.$transaction(async (tx) => {
        const before = await lock(tx, viewer, id);
        const revokedAt = before.revokedAt ?? clock.now();
        const after = await tx.apiKey.update({ where: { id }, data: { revokedAt }, include: withLimits });
        await outbox.addPrisma(tx, 'apikey.revoked', { organizationId: before.organizationId, apiKeyId: id });
        const states = { before: stateOf(before), after: stateOf(after) };
        await audit.record(tx, viewer, { ...targetOf(id), action: 'revokeApiKey', requestId, ...states });
      });
      outbox.kick();
    },

    /** Counts one of these against the key's own limit, where it has one. Throws KEY_LIMIT_REACHED. */
    async count(viewer: Viewer, name: KeyLimitName): Promise<void> {
      const { organizationId, clockOffsetMs, apiKeyId, keyLimits } = viewer;
      const limit = keyLimits.find((each) => each.name === name);
      if (!limit || !apiKeyId) return;
      const take = () => attempts.take(`key:${name}`, apiKeyId, limit);
      const { allowed, retryAfterMs } = await withOrganization(organizationId, take, clockOffsetMs);
      if (!allowed) throw new KeyLimitReachedError(limit, retryAfterMs);
    },
  };
}

const targetOf = (id: string) => ({ targetType: 'ApiKey', targetId: id });

const hashesOf = (secret: string) => ({ prefix: shownPrefixOf(secret), keyHash: hashSecret(secret) });

/** What the audit log makes a digest of: all there is to a key but when it was used. */
const stateOf = ({ lastUsedAt: _lastUsedAt, ...key }: Key) => key;
