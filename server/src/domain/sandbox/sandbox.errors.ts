import { DomainError } from '../../errors/domain-error.ts';

/** Time was to be moved for those who live in it. */
export class SandboxOnlyError extends DomainError {
  readonly code = 'SANDBOX_ONLY';
  constructor(organizationId: string) {
    super('Only an organization that was made as a sandbox has a clock that can be moved.', { organizationId });
  }
}
