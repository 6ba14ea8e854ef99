import { createTransport } from 'nodemailer';
import type { Mailer } from '../ports/mailer.ts';

type Deps = {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  url: string;
  from: string;
};

const timeoutMs = 10_000;

/** Hands mails to a server of SMTP. A connection is made for each: mails are few, and a kept one breaks unseen. */
export function createSmtpMailer({ url, from }: Deps): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    // What a mail says is ours; it never makes this process read a file or call an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      await transport.sendMail({ from, ...mail });
    },
    async check() {
      await transport.verify();
    },
  };
}
