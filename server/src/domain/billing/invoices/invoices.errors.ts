import { DomainError } from '../../../errors/domain-error.ts';

/** The bill is not in a state for that, or there is not so much left of it. */
export class InvoiceChangeRefusedError extends DomainError {
  readonly code = 'INVOICE_CHANGE_REFUSED';
}
