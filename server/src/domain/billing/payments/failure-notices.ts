import type { MailQueue } from '../../mail/mail-queue.ts';
import type { NotificationsService } from '../../notifications/notifications.service.ts';
import type { Tx } from '../invoices/issue-invoice.ts';
import { formatAmount } from '../invoices/money.ts';
import type { FailedPayment } from './payment-changes.ts';

type Deps = {
  notifications: Pick<NotificationsService, 'add'>;
  mail: Pick<MailQueue, 'add'>;
  /** What links in mails begin with. */
  webUrl(): string;
};

/** Tells those who pay, by a notification and a mail, that a payment failed; in the transaction that writes it. */
export function createFailureNotices({ notifications, mail, webUrl }: Deps) {
  return async (tx: Tx, { organizationId, number, amountMinor, currency }: FailedPayment): Promise<void> => {
    const amount = `${formatAmount(amountMinor, currency)} ${currency}`;
    const readers = await notifications.add(tx, {
      ...{ organizationId, kind: 'payment.failed', values: { number, amount }, permission: 'billing:write' },
    });
    const { name: organization } = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } });
    for (const { userId, email, name, locale } of readers) {
      const values = { name, organization, number, amount, link: `${webUrl()}/billing` };
      await mail.add(tx, { to: email, userId, template: 'payment-failed', locale, values });
    }
  };
}
