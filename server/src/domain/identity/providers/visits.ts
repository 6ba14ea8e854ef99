import { createHash, randomBytes, randomUUIDv7, timingSafeEqual } from 'node:crypto';
import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { checkedIdentity } from './checked-identity.ts';
import type { IdentityClient, ProvedIdentity } from './identity-client.ts';
import { IdentityRefusedError } from './providers.errors.ts';
import { visitCode, visitOf } from './visit-code.ts';

export type Visits = ReturnType<typeof createVisits>;

/** What the page keeps of a visit: `verifier` shows afterwards that it is the one who asked. */
export type StartedVisit = { id: string; url: string; verifier: string };

/** What came of it: `row` is used up by `end`. */
export type FinishedVisit = { id: string; provider: string; identity: ProvedIdentity };

type Deps = {
  db: PrismaClient;
  clock: Clock;
  secrets: SecretBox;
  log: Pick<Logger, 'warn'>;
  clients: ReadonlyMap<string, IdentityClient>;
  /** What an issuer sends people back to, of the provider of that name. */
  callbackUrl(provider: string): string;
};

type Begun = { state: string; nonce: string; pkceVerifier: string; returnTo: string };
type Answered = { codeHash: string; identity: ProvedIdentity };

/** How long people take to sign in elsewhere, a forgotten password included. */
const visitMinutes = 15;
/** How long a page takes to come back with a code. */
const codeMinutes = 2;

const newSecret = () => randomBytes(32).toString('base64url');
const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

/**
 * Visits to other issuers. A visit is begun by a page that keeps a verifier; the issuer's answer comes by the browser, is
 * proved, and leaves a code; the code counts only together with the verifier. So an answer that somebody else asked for,
 * or that is pushed into another browser, opens nothing, and no cookie has to survive a form sent across sites.
 */
export function createVisits({ db, clock, secrets, log, clients, callbackUrl }: Deps) {
  const minutesFromNow = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);

  function clientOf(name: string): IdentityClient {
    const client = clients.get(name);
    if (!client) throw new NotFoundError('Identity provider', name);
    return client;
  }

  const open = async <Kept>(row: { id: string; secrets: Uint8Array }): Promise<Kept> =>
    JSON.parse((await secrets.open(row.secrets, `attempt:${row.id}`)).toString()) as Kept;

  return {
    /** Begins a visit; `keep` stores it in the caller's transaction. Throws NOT_FOUND, IDENTITY_REFUSED. */
    async begin(provider: string, returnTo: string, linkUserId: string | null) {
      const client = clientOf(provider);
      const [id, verifier] = [randomUUIDv7(), newSecret()];
      const checks = { state: newSecret(), nonce: newSecret(), pkceVerifier: newSecret() };
      const url = await client.authorizationUrl(callbackUrl(provider), checks).catch((cause: unknown) => {
        throw new IdentityRefusedError('the issuer does not say where people sign in', cause);
      });
      const sealed = await secrets.seal(JSON.stringify({ ...checks, returnTo } satisfies Begun), `attempt:${id}`);
      const started: StartedVisit = { id, url: url.href, verifier };
      return {
        started,
        async keep(tx: Prisma.TransactionClient): Promise<void> {
          const createdAt = clock.now();
          // Nobody comes back to those that are over.
          await tx.identityAttempt.deleteMany({ where: { expiresAt: { lt: createdAt } } });
          const hashes = { stateHash: sha256(checks.state), browserHash: sha256(verifier) };
          const data = { id, ...hashes, provider, secrets: sealed, linkUserId, createdAt };
          await tx.identityAttempt.create({ data: { ...data, expiresAt: minutesFromNow(visitMinutes) } });
        },
      };
    },

    /**
     * Takes what an issuer sent the browser back with, once, and says where the browser goes on: with a code, or with the
     * code of an error. Throws IDENTITY_REFUSED where it is not even known which visit it belongs to.
     */
    async answer(provider: string, parameters: URLSearchParams): Promise<string> {
      const [state, ...others] = parameters.getAll('state');
      if (state === undefined || others.length > 0) throw new IdentityRefusedError('no state, or two');
      const stateHash = sha256(state);
      const living = { stateHash, usedAt: null, expiresAt: { gt: clock.now() } };
      // Used by whatever comes with its state, also from another issuer: there is no second try.
      const { count } = await db.identityAttempt.updateMany({ where: living, data: { usedAt: clock.now() } });
      const row = count === 1 && (await db.identityAttempt.findUnique({ where: { stateHash } }));
      if (!row) throw new IdentityRefusedError('state unknown, used or over');
      if (row.provider !== provider) throw new IdentityRefusedError(`state of a visit to ${row.provider}`);
      const { returnTo, ...checks } = await open<Begun>(row);
      try {
        const said = await clientOf(provider).identify(callbackUrl(provider), parameters, checks);
        const identity = checkedIdentity(said);
        const code = visitCode(row.id);
        const answered: Answered = { codeHash: Buffer.from(sha256(code)).toString('base64url'), identity };
        const sealed = await secrets.seal(JSON.stringify(answered), `attempt:${row.id}`);
        const data = { secrets: sealed, expiresAt: minutesFromNow(codeMinutes) };
        await db.identityAttempt.update({ where: { id: row.id }, data });
        return `${returnTo}#code=${code}`;
      } catch (error) {
        log.warn({ err: error, provider }, 'the answer of an identity provider was refused');
        await db.identityAttempt.deleteMany({ where: { id: row.id } });
        return `${returnTo}#error=IDENTITY_REFUSED`;
      }
    },

    /**
     * What came of the visit that left this code, for the page that began it; `linkUserId` as it was begun. Throws
     * IDENTITY_REFUSED.
     */
    async find(code: string, verifier: string, linkUserId: string | null): Promise<FinishedVisit> {
      const id = visitOf(code);
      const where = {
        usedAt: { not: null },
        expiresAt: { gt: clock.now() },
        browserHash: sha256(verifier),
        linkUserId,
      };
      const row = id && (await db.identityAttempt.findFirst({ where: { id, ...where } }));
      if (!row) throw new IdentityRefusedError('code unknown, used, over, or of another page');
      const { codeHash, identity } = await open<Partial<Answered>>(row);
      const expected = Buffer.from(codeHash ?? '', 'base64url');
      const given = sha256(code);
      if (!identity || expected.length !== given.length || !timingSafeEqual(expected, given)) {
        throw new IdentityRefusedError('code of no answer');
      }
      return { id: row.id, provider: row.provider, identity };
    },

    /** Uses the visit up: of many who come with one code, one succeeds. Throws IDENTITY_REFUSED. */
    async end(tx: Prisma.TransactionClient, { id }: FinishedVisit): Promise<void> {
      const { count } = await tx.identityAttempt.deleteMany({ where: { id } });
      if (count !== 1) throw new IdentityRefusedError('code used by somebody quicker');
    },
  };
}
