import { DomainError } from '../../../errors/domain-error.ts';

export class AlreadyMemberError extends DomainError {
  readonly code = 'ALREADY_MEMBER';
  constructor() {
    super('This person is a member of the organization already.');
  }
}

/** The last one who may do everything: without them nobody could appoint another. */
export class LastOwnerError extends DomainError {
  readonly code = 'LAST_OWNER';
  constructor() {
    super('An organization needs an owner. Make somebody else an owner first.');
  }
}

export class TeamNameTakenError extends DomainError {
  readonly code = 'TEAM_NAME_TAKEN';
  constructor(teamName: string) {
    super(`A team named “${teamName}” already exists.`, { teamName });
  }
}

export class RoleNameTakenError extends DomainError {
  readonly code = 'ROLE_NAME_TAKEN';
  constructor(roleName: string) {
    super(`A role named “${roleName}” already exists.`, { roleName });
  }
}

/** Unknown, used, withdrawn, expired, for another address, or no longer backed: the caller must not learn which. */
export class InvitationInvalidError extends DomainError {
  readonly code = 'TOKEN_INVALID';
  constructor() {
    super('This invitation is not valid for you. Ask for a new one.');
  }
}
