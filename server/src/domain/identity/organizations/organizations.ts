import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Clock, ObjectStorage } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { Attempts } from '../accounts/attempts.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import { createInvitationsService } from './invitations.service.ts';
import { createMembersService } from './members.service.ts';
import { createOrganizationsService } from './organizations.service.ts';
import type { SettleUp } from './organizations.service.ts';
import { createRolesService } from './roles.service.ts';
import { createTeamsService } from './teams.service.ts';

type Deps = {
  /** For teams and roles: the second fence stands behind it. */
  db: PrismaClient;
  /** For what reaches into people: their sign-ins, mails and other organizations. */
  system: PrismaClient;
  storage: ObjectStorage;
  clock: Clock;
  outbox: Outbox;
  audit: AuditLog;
  mail: MailQueue;
  attempts: Attempts;
  signIns: SignInsService;
  webUrl(): string;
  requireSeats: RequireSeats;
  settleUp: SettleUp;
};

/** Throws PLAN_LIMIT_REACHED when `more` seats would be too many, and holds the organization until the transaction ends. */
export type RequireSeats = (
  tx: Prisma.TransactionClient,
  wanted: { organizationId: string; more: number; now: Date },
) => Promise<void>;

/** Organizations and who may do what in them. */
export function createOrganizations({ db, system, ...deps }: Deps) {
  return {
    organizations: createOrganizationsService({ db: system, ...deps }),
    members: createMembersService({ db: system, ...deps }),
    invitations: createInvitationsService({ db: system, ...deps }),
    teams: createTeamsService({ db, ...deps }),
    roles: createRolesService({ db, ...deps }),
  };
}
