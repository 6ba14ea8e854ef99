import { DomainError } from '../../errors/domain-error.ts';

export class JobNotFailedError extends DomainError {
  readonly code = 'JOB_NOT_FAILED';
  constructor(id: string) {
    super('This job did not fail for good.', { id });
  }
}
