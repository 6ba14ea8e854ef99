import { DomainError } from '../../errors/domain-error.ts';

/** Erasing the only owner would leave an organization to nobody. */
export class ErasureBlockedError extends DomainError {
  readonly code = 'ERASURE_BLOCKED';
  constructor(organizations: readonly string[]) {
    super(
      `You are the only owner of ${organizations.join(', ')}, where others work. Make somebody else an owner first.`,
      {
        count: organizations.length,
      },
    );
  }
}
