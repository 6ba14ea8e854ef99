import { createHash } from 'node:crypto';
import type { AuthorizationCode, Prisma, PrismaClient } from '@sightline/db/client';
import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { requirePerson } from '../accounts/require-person.ts';
import { holdSignIn } from '../sign-ins.service.ts';
import type { SignedIn, SignInsService } from '../sign-ins.service.ts';
import { hashSecret, newSecret } from '../tokens.ts';
import type { Origin, Viewer } from '../viewer.ts';
import { GrantError } from './grant.errors.ts';
import { clientName, isLoopbackRedirect } from './oauth-clients.ts';

export type AuthorizationCodesService = ReturnType<typeof createAuthorizationCodesService>;
type Deps = { db: PrismaClient; clock: Clock; signIns: SignInsService; outbox: Outbox; audit: AuditLog };

export type CodeRequest = { clientId: string; redirectUri: string; codeChallenge: string };
export type CodeRedemption = { code: string; clientId: string; redirectUri: string; codeVerifier: string };

const codeSeconds = 60;
/** 32 bytes of SHA-256 in base64url. */
const challengeShape = /^[A-Za-z0-9_-]{43}$/;
const verifierShape = /^[A-Za-z0-9._~-]{43,128}$/;

/** Lets in programs on the person's own machine, through their browser: authorization code with PKCE (RFC 8252, 7636). */
export function createAuthorizationCodesService({ db, clock, signIns, outbox, audit }: Deps) {
  async function exchange(
    tx: Prisma.TransactionClient,
    found: AuthorizationCode | null,
    { clientId, redirectUri, codeVerifier }: CodeRedemption,
    origin: Origin,
  ): Promise<SignedIn | GrantError> {
    const refuse = (reason: string) => new GrantError('INVALID_GRANT', { reason, id: found?.id });
    if (!found) return refuse('unknown');
    const { id, userId, organizationId, usedAt, signInId } = found;
    const { requestId } = origin;
    if (usedAt) {
      // Two have this code, so one of them is not who the person meant (RFC 6749, 4.1.2).
      if (signInId) await signIns.revoke(tx, { id: signInId }, 'reuse');
      const actor = { organizationId, userId, apiKeyId: null };
      const target = { targetType: 'SignIn', targetId: signInId, requestId };
      await audit.record(tx, actor, { action: 'authorizationCodeReused', ...target, before: { open: true } });
      return refuse('used');
    }
    // It is used up by a wrong answer, too: whoever has it and not its verifier took it on the way.
    await tx.authorizationCode.update({ where: { id }, data: { usedAt: clock.now() } });
    if (found.expiresAt <= clock.now()) return refuse('expired');
    if (found.clientId !== clientId || found.redirectUri !== redirectUri) return refuse('made for another');
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
    if (!verifierShape.test(codeVerifier) || challenge !== found.codeChallenge) return refuse('verifier');
    const membership = await tx.membership.findUnique({
      where: { organizationId_userId: { organizationId, userId } },
      include: { user: { select: { locale: true, erasedAt: true } } },
    });
    if (!membership || membership.user.erasedAt) return refuse('no member');
    const signedIn = await signIns.open(tx, {
      ...{ userId, organizationId, role: membership.role, locale: membership.user.locale, origin },
      ...{ kind: 'DESKTOP', method: 'DEVICE_CODE', secondFactor: false, knownDeviceId: null },
      deviceName: clientName(clientId),
      // The person proved themselves in the browser. What needs a fresh proof asks for it here.
      provedAt: new Date(0),
    });
    await tx.authorizationCode.update({ where: { id }, data: { signInId: signedIn.viewer.signInId } });
    const target = { targetType: 'SignIn', targetId: signedIn.viewer.signInId, requestId };
    await audit.record(tx, signedIn.viewer, { action: 'codeSignIn', ...target, after: { clientId } });
    return signedIn;
  }

  return {
    /** A code for a program that the person lets in. Throws INPUT_INVALID, and UNAUTHENTICATED for keys. */
    async issue(viewer: Viewer, { clientId, redirectUri, codeChallenge }: CodeRequest, requestId: string) {
      const { userId, organizationId, signInId } = requirePerson(viewer);
      if (clientName(clientId) === null) throw new InputInvalidError('client_id', 'There is no such client.');
      if (!isLoopbackRedirect(redirectUri)) throw new InputInvalidError('redirect_uri', 'Only to your own machine.');
      if (!challengeShape.test(codeChallenge)) throw new InputInvalidError('code_challenge', 'S256 is needed.');
      const [code, now] = [newSecret('code'), clock.now()];
      await db.$transaction(async (tx) => {
        await holdSignIn(tx, signInId);
        const { id } = await tx.authorizationCode.create({
          data: {
            ...{ userId, organizationId, clientId, redirectUri, codeChallenge, codeHash: hashSecret(code) },
            createdAt: now,
            expiresAt: new Date(now.getTime() + codeSeconds * 1000),
          },
        });
        await tx.authorizationCode.deleteMany({ where: { expiresAt: { lt: new Date(now.getTime() - 86_400_000) } } });
        const target = { targetType: 'AuthorizationCode', targetId: id, requestId };
        await audit.record(tx, viewer, { action: 'authorizeProgram', ...target, after: { clientId } });
      });
      return code;
    },

    /** Tokens for the program that began. Throws INVALID_GRANT; a code that comes twice ends what it was turned into. */
    async redeem(redemption: CodeRedemption, origin: Origin): Promise<SignedIn> {
      const codeHash = hashSecret(redemption.code);
      const outcome = await db.$transaction(async (tx) => {
        await tx.$queryRaw`select 1 from "AuthorizationCode" where "codeHash" = ${codeHash} for update`;
        const found = await tx.authorizationCode.findUnique({ where: { codeHash } });
        return exchange(tx, found, redemption, origin);
      });
      outbox.kick();
      if (outcome instanceof GrantError) throw outcome;
      return outcome;
    },
  };
}
