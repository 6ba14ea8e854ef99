import { StepUpRequiredError } from './identity.errors.ts';
import type { Viewer } from './viewer.ts';

/** How long a proof is enough for what cannot be undone. */
const freshMs = 5 * 60_000;

/** Throws STEP_UP_REQUIRED unless the person proved themselves in the last minutes. A key never did. */
export function requireFreshProof({ provedAt }: Pick<Viewer, 'provedAt'>, now: Date): void {
  if (provedAt === null || now.getTime() - provedAt.getTime() > freshMs) throw new StepUpRequiredError();
}
