import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { createMailbox } from './mailbox.ts';
import type { Mailbox } from './mailbox.ts';

export type SmtpServer = AsyncDisposable & {
  readonly url: string;
  readonly mailbox: Mailbox;
  /** Every mail as it came over the wire, and for whom. */
  readonly received: { from: string; to: string[]; raw: string; email: Email }[];
};

/** A real mail server on a free port, with a user `sightline` whose password is `secret`. */
export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<SmtpServer> {
  const mailbox = createMailbox();
  const received: SmtpServer['received'] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'sightline' && password === 'secret'
        ? done(null, { user: username })
        : done(new Error('wrong user or password')),
    onData(stream, { envelope }, answer) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const raw = Buffer.concat(pieces);
        const to = envelope.rcptTo.map(({ address }) => address);
        void PostalMime.parse(raw).then(async (email) => {
          received.push({ from: envelope.mailFrom ? envelope.mailFrom.address : '', to, raw: raw.toString(), email });
          await mailbox.mailer.send({ to: to[0] ?? '', subject: email.subject ?? '', text: email.text ?? '' });
          answer();
        }, answer);
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://sightline:secret@127.0.0.1:${port}`,
    mailbox,
    received,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
