import type { Mail, Mailer } from '@sightline/server/ports/mailer';
import { noteSecrets } from './secrets.ts';
import { patienceMs } from './until.ts';

export type Mailbox = {
  readonly mailer: Mailer;
  /** Every mail so far. */
  readonly mails: readonly Mail[];
  /** The next mail to this address that nobody took yet; rejects after a minute. */
  next(to: string): Promise<Mail & { /** The first link in it. */ link: URL | null }>;
};

/** Takes mails instead of sending them. */
export function createMailbox(): Mailbox {
  const mails: Mail[] = [];
  const taken = new Set<Mail>();
  const arrivals = new Set<() => void>();
  return {
    mails,
    mailer: {
      async send(mail) {
        mails.push(mail);
        noteSecrets(mail.text);
        for (const onArrival of arrivals) onArrival();
      },
      async check() {},
    },
    async next(to) {
      const deadline = AbortSignal.timeout(patienceMs);
      for (;;) {
        const mail = mails.find((each) => each.to === to && !taken.has(each));
        if (mail) {
          taken.add(mail);
          const [link] = /https?:\/\/\S+/.exec(mail.text) ?? [];
          return { ...mail, link: link ? new URL(link) : null };
        }
        await new Promise<void>((resolve, reject) => {
          const over = () => reject(new Error(`No mail came for ${to}.`));
          deadline.addEventListener('abort', over, { once: true });
          arrivals.add(function onArrival() {
            deadline.removeEventListener('abort', over);
            arrivals.delete(onArrival);
            resolve();
          });
        });
      }
    },
  };
}
