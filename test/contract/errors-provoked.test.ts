import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorCodes } from '@sightline/server/errors/codes';
import type { ErrorCode } from '@sightline/server/errors/codes';
import { occursOn } from '@sightline/server/errors/transports';
import { errorsEn } from '@sightline/server/messages/errors.en';
import { errorsEs } from '@sightline/server/messages/errors.es';
import { startFakeIssuer } from '../harness/fake-issuer.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { createKey } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { callbacksOf, providersAt } from '../api/providers/visits.ts';
import { accountCases } from './provoked/account-cases.ts';
import { billingCases } from './provoked/billing-cases.ts';
import { busyCases } from './provoked/busy-cases.ts';
import { graphCases } from './provoked/graph-cases.ts';
import { idempotencyCases } from './provoked/idempotency-cases.ts';
import { jobCases, operatorEmails } from './provoked/job-cases.ts';
import { oauthCases } from './provoked/oauth-cases.ts';
import { ingestCases } from './provoked/ingest-cases.ts';
import { restCases } from './provoked/rest-cases.ts';
import { speakerOf } from './provoked/scene.ts';
import type { Case, Closed, Language, Scene, Told } from './provoked/scene.ts';
import { troubleCases } from './provoked/trouble-cases.ts';
import { assertLanguage } from './language.ts';

/**
 * Codes that are in the catalogue and thrown nowhere yet. Whoever throws one first takes its line out here,
 * and says in `server/src/errors/transports.ts` where it occurs.
 */
const announced: readonly ErrorCode[] = [
  'QUOTA_EXCEEDED',
  // For addresses that callers choose, which are those of webhooks; until then it stays inside IDENTITY_REFUSED.
  'URL_REFUSED',
];

const cases: Case[] = [
  ...graphCases,
  ...billingCases,
  ...idempotencyCases,
  ...accountCases,
  ...restCases,
  ...ingestCases,
  ...troubleCases,
  ...busyCases,
  ...jobCases,
  ...oauthCases,
];
const codes = Object.keys(errorCodes) as ErrorCode[];
const catalogues = { en: errorsEn, es: errorsEs };

test('every code has a case on every transport that it is declared for, and on no other', () => {
  const namesOf = (pairs: { code: string; on: string }[]) => pairs.map(({ code, on }) => `${code} on ${on}`).toSorted();
  const declared = codes.flatMap((code) => occursOn[code].map((on) => ({ code, on })));
  assert.deepEqual(namesOf(cases), namesOf(declared));
});

test('what is only announced is provoked nowhere yet, and everything else somewhere', () => {
  const unused = codes.filter((code) => occursOn[code].length === 0);
  assert.deepEqual(unused.toSorted(), announced.toSorted());
});

/** Those that wait have begun first, and are looked at last. */
const turnOf = ({ isSlow, movesTime }: Case) => (isSlow ? 2 : movesTime ? 1 : 0);

const nameOf = ({ code, on }: Case, language: Language) => `${code}, ${on}, ${language}`;

describe('every code, on every transport that it can occur on, by a real server, in both languages', () => {
  const opened = new AsyncDisposableStack();
  const scenes = {} as Record<Language, Scene>;
  const slow = new Map<string, Promise<Told | Closed>>();

  before(async () => {
    const clock = movableClock();
    const mailbox = createMailbox();
    const faults = { places: false };
    const places = {
      placeOf() {
        if (faults.places) throw new Error('The port of places is broken.');
        return null;
      },
    };
    const issuer = opened.use(await startFakeIssuer());
    const ports = { mailer: mailbox.mailer, places };
    const env = providersAt(issuer, ['fake']);
    const [first] = JSON.parse(env['IDENTITY_PROVIDERS'] ?? '') as object[];
    // Nobody may be called there.
    env['IDENTITY_PROVIDERS'] = JSON.stringify([first, { ...first, name: 'away', issuer: 'http://127.0.0.1:9' }]);
    env['OPERATOR_EMAILS'] = operatorEmails.join();
    const server = opened.use(await startTestServer({ clock, ports, env }));
    issuer.open(callbacksOf(server, ['fake']));
    const strict = opened.use(await startTestServer({ clock, ports, env: { EMAIL_VERIFICATION: 'required' } }));
    const defer = (work: () => Promise<void>) => void opened.defer(work);
    const shared = memo();
    for (const language of ['en', 'es'] as const) {
      const owner = await speakerOf(server, language, 'owner');
      const { secret: key } = await createKey(server, owner, ['READ']);
      const headers = { 'accept-language': language };
      scenes[language] = {
        ...{ language, headers, server, strict, clock, mailbox, issuer, faults, owner, key, shared, defer },
        newPerson: (mark) => speakerOf(server, language, mark),
        once: memo(),
      };
    }
    for (const each of cases.filter(({ isSlow }) => isSlow)) {
      for (const scene of Object.values(scenes)) {
        const told = each.provoke(scene);
        told.catch(() => undefined);
        slow.set(nameOf(each, scene.language), told);
      }
    }
  });
  after(() => opened.disposeAsync());

  for (const each of cases.toSorted((a, b) => turnOf(a) - turnOf(b))) {
    for (const language of ['en', 'es'] as const) {
      const name = nameOf(each, language);
      test(name, async () => {
        const told = await (slow.get(name) ?? each.provoke(scenes[language]));
        if ('reason' in told) assertClosed(told, each);
        else assertTold(told, each, language);
      });
    }
  }
});

/** Makes each thing once, by its name. */
function memo(): Scene['once'] {
  const made = new Map<string, Promise<unknown>>();
  return <Value>(name: string, make: () => Promise<Value>) => {
    const value = made.get(name) ?? make();
    made.set(name, value);
    return value as Promise<Value>;
  };
}

function assertTold({ code, message, hint, retryable, docs, status }: Told, wanted: Case, language: Language): void {
  const { retryable: isRetryable, status: usual } = errorCodes[wanted.code];
  assert.deepEqual(
    { code, hint, retryable, docs },
    {
      code: wanted.code,
      hint: catalogues[language][wanted.code].hint,
      ...{ retryable: isRetryable, docs: `docs/errors.md#${wanted.code.toLowerCase()}` },
    },
    String(message),
  );
  assert.ok(typeof message === 'string' && message.length > 3, String(message));
  assertLanguage(message, language);
  if (status !== null) assert.equal(status, wanted.status ?? usual);
}

/** A reason has 123 bytes: it is the code, and `/errors/<code>` tells the rest in the language of who asks. */
function assertClosed({ closeCode, reason }: Closed, { code }: Case): void {
  assert.equal(reason, code);
  const { status, retryable } = errorCodes[code];
  const ofProtocol: Partial<Record<ErrorCode, number>> = {
    BAD_REQUEST: 4400,
    BODY_TOO_LARGE: 1009,
    NOT_ACCEPTABLE: 4406,
    REQUEST_TIMEOUT: 4408,
  };
  assert.equal(closeCode, ofProtocol[code] ?? (status === 401 ? 4401 : retryable ? 1013 : 4403));
}
