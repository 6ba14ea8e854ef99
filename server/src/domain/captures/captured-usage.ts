import type { Act } from '../billing/ledger.ts';
import { actId } from '../billing/ledger.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { CapturedUse } from './capture-batch.ts';

type Told = {
  viewer: Pick<Viewer, 'organizationId' | 'apiKeyId'>;
  /** What they were used for, if for a capture. */
  session: { id: string; sourceId: string } | null;
  now: Date;
  /** How far the organization's clock is ahead of the device's, in milliseconds: not 0 in a sandbox. */
  aheadMs: number;
  /** When the period began that has not been billed yet. */
  periodStartsAt: Date;
};

/**
 * Uses as the ledger has them. Their ids are digests of the organization and what the device made up: nobody can take an
 * id beforehand that an act of somebody else, or of the server, is going to have. What lies before the period, or in the
 * future, counts now: an allowance that was left over in a past month is not used up afterwards.
 */
export function actsOf(usage: readonly CapturedUse[], { viewer, session, now, aheadMs, periodStartsAt }: Told): Act[] {
  const { organizationId, apiKeyId } = viewer;
  return usage.map(({ id, task, model, count, at, callId }) => {
    const told = new Date(at.getTime() + aheadMs);
    const counted = told >= periodStartsAt && told <= now ? told : now;
    return {
      ...{
        id: actId('captured-use', organizationId, id.toLowerCase()),
        organizationId,
        meter: 'PREDICTIONS',
        apiKeyId,
      },
      ...{ sourceId: session?.sourceId ?? null, sessionId: session?.id ?? null },
      ...{ task, model, count, at: counted.toISOString(), callId: callId?.toLowerCase() ?? null, isOfDevice: true },
    } satisfies Act;
  });
}
