import { DomainError } from './domain-error.ts';

/** The provider refused; the message is theirs, for whoever pays. */
export class PaymentFailedError extends DomainError {
  readonly code = 'PAYMENT_FAILED';
}

/** Not signed by the provider, or too long ago. */
export class WebhookRefusedError extends DomainError {
  readonly code = 'WEBHOOK_REFUSED';
  constructor(internal: Record<string, unknown> = {}, cause?: unknown) {
    super('This event is not signed by the payment provider, or was signed too long ago.', internal, cause);
  }
}
