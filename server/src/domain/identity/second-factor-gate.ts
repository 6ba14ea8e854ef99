import type { Prisma } from '@sightline/db/client';
import type { Clock } from '../../ports.ts';
import { hashSecret, newSecret } from './tokens.ts';

/** What somebody gets whose first factor was right: good for the second one only. */
export type SecondFactorTicket = { ticket: string; expiresAt: Date };

export type SecondFactorGate = ReturnType<typeof createSecondFactorGate>;

const ticketMinutes = 5;

/** Stands between a right first factor and a sign-in. */
export function createSecondFactorGate({ clock }: { clock: Clock }) {
  return {
    /**
     * Null when the user has no second factor: go on and open the sign-in. Otherwise a ticket for whoever asks for the
     * second one; `payload` comes back with it, and must hold no secret.
     */
    async challenge(
      tx: Prisma.TransactionClient,
      userId: string,
      payload: Prisma.InputJsonObject,
    ): Promise<SecondFactorTicket | null> {
      const factor = await tx.totpFactor.findFirst({ where: { userId, confirmedAt: { not: null } } });
      if (!factor) return null;
      const ticket = newSecret('oneTime');
      const expiresAt = new Date(clock.now().getTime() + ticketMinutes * 60_000);
      const data = { userId, purpose: 'SECOND_FACTOR', tokenHash: hashSecret(ticket), payload, expiresAt } as const;
      await tx.oneTimeToken.create({ data });
      return { ticket, expiresAt };
    },
  };
}
