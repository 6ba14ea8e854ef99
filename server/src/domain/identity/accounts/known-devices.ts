import { randomBytes } from 'node:crypto';
import type { Prisma } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import { hashSecret } from '../tokens.ts';
import type { Origin } from '../viewer.ts';

export type KnownDevices = ReturnType<typeof createKnownDevices>;

/** `token` is what the device keeps: it opens nothing, and lets its owner try while strangers are held off. */
export type KnownDevice = { id: string; token: string };

type Person = { id: string; email: string; name: string; locale: 'EN' | 'ES' };
type Deps = {
  clock: Clock;
  mail: MailQueue;
  places: { placeOf(address: string): string | null };
  webUrl(): string;
};

const newToken = () => `slv_${randomBytes(32).toString('base64url')}`;

/** Devices that somebody signed in from. */
export function createKnownDevices({ clock, mail, places, webUrl }: Deps) {
  return {
    /**
     * The device that `token` names, if it is this person's; else a new one, of which the person is told unless it is
     * their first. Call it where a sign-in is opened, in its transaction.
     */
    async remember(
      tx: Prisma.TransactionClient,
      person: Person,
      { token, label, origin }: { token: string | null; label: string | null; origin: Origin },
    ): Promise<KnownDevice> {
      const { id: userId } = person;
      const now = clock.now();
      const known = token && (await tx.knownDevice.findFirst({ where: { userId, tokenHash: hashSecret(token) } }));
      if (known) {
        await tx.knownDevice.update({ where: { id: known.id }, data: { lastSeenAt: now } });
        return { id: known.id, token };
      }
      const isFirst = (await tx.knownDevice.count({ where: { userId } })) === 0;
      const fresh = newToken();
      const name = label ?? origin.userAgent;
      const data = { userId, tokenHash: hashSecret(fresh), label: name?.slice(0, 100) ?? null };
      const device = await tx.knownDevice.create({ data: { ...data, createdAt: now, lastSeenAt: now } });
      if (!isFirst) {
        await mail.add(tx, {
          to: person.email,
          userId,
          template: 'new-device',
          locale: person.locale,
          values: {
            name: person.name,
            device: plain(name) || '?',
            place: (origin.address && (places.placeOf(origin.address) ?? origin.address)) || '?',
            time: `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
            link: `${webUrl()}/security`,
          },
        });
      }
      return { id: device.id, token: fresh };
    },
  };
}

/** What a program calls itself goes into a mail of ours: one line, and no address to click on. */
const plain = (text: string | null) => (text ?? '').replaceAll(/[^\p{L}\p{N} .,;()_-]/gu, ' ').slice(0, 80);
