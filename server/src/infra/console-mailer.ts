import type { Logger } from 'pino';
import type { Mailer } from '../ports/mailer.ts';

/**
 * Shows mails instead of sending them, for a server on one's own machine that has nobody to send them. Only at the level
 * `info`: what they link to is a secret.
 */
export function createConsoleMailer({ log }: { log: Pick<Logger, 'info'> }): Mailer {
  return {
    async send({ to, subject, text }) {
      log.info({ to, subject, text }, 'mail not sent, because SMTP_URL is not set');
    },
    async check() {},
  };
}
