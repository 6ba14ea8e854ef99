import { clientErrors } from '../errors/client-errors.ts';
import { SightlineError } from '../errors/sightline-error.ts';

/** A message that is not what it claims to be. Answer 400, and do nothing of what it says. */
export class WebhookInvalidError extends SightlineError {
  constructor(message: string, reason: 'id' | 'timestamp' | 'time' | 'signature' | 'body') {
    const { hint } = clientErrors.WEBHOOK_INVALID.en;
    super(message, { code: 'WEBHOOK_INVALID', hint, details: { reason } });
  }
}
