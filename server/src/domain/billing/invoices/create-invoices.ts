import type { PrismaClient } from '@sightline/db/client';
import type { OrganizationClock } from '../../../organization-clock.ts';
import { createInvoicesService } from './invoices.service.ts';
import { createInvoiceIssuer } from './issue-invoice.ts';
import type { Party } from './issue-invoice.ts';

type Deps = { db: PrismaClient; system: PrismaClient; seller: Party; clock: Pick<OrganizationClock, 'nowOf'> };

/** Bills: issued by what happens to subscriptions, read by those who pay them. */
export function createInvoices({ db, system, seller, clock }: Deps) {
  const issuer = createInvoiceIssuer({ seller });
  return { ...createInvoicesService({ db, system, issuer, clock }), onItems: issuer.issueItems };
}
