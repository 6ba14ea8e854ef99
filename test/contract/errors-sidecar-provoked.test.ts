import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorCodes } from '@sightline/inference/errors';
import type { ErrorCode } from '@sightline/inference/errors';
import { occursOn } from '@sightline/inference/error-transports';
import { sidecarCases } from './provoked-sidecar/cases.ts';
import type { Case } from './provoked-sidecar/cases.ts';
import { assertHeard } from './provoked-sidecar/heard.ts';
import type { Language } from './provoked-sidecar/heard.ts';
import { startWorld } from './provoked-sidecar/scene.ts';
import type { World } from './provoked-sidecar/scene.ts';
import { assertLanguage } from './language.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

test('every code of the sidecar has a case on every way that it is declared for, and on no other', () => {
  const namesOf = (pairs: { code: string; on: string }[]) => pairs.map(({ code, on }) => `${code} on ${on}`).toSorted();
  const declared = codes.flatMap((code) => occursOn[code].map((on) => ({ code, on })));
  assert.deepEqual(namesOf(sidecarCases), namesOf(declared));
  for (const code of codes) assert.ok(occursOn[code].length > 0, `${code} is told nowhere`);
});

/** What a run says the server tells on, and a command speaks to whoever sits at the machine: in English. */
const isEnglish = ({ on }: Case) => on === 'run' || on === 'command';
const languagesOf = (each: Case): Language[] => (isEnglish(each) ? ['en'] : ['en', 'es']);

describe('every code, in every dialect that it can occur in, by a real sidecar, in both languages', () => {
  let world: World;
  const slow = new Map<string, ReturnType<Case['provoke']>>();
  const nameOf = ({ code, on }: Case, language: Language) => `${code}, ${on}, ${language}`;

  before(async () => {
    world = await startWorld();
    for (const each of sidecarCases.filter(({ isSlow }) => isSlow)) {
      for (const language of languagesOf(each)) {
        const answers = each.provoke({ ...world, language });
        answers.catch(() => undefined);
        slow.set(nameOf(each, language), answers);
      }
    }
  });
  after(() => world[Symbol.asyncDispose]());

  for (const each of sidecarCases.toSorted((a, b) => Number(a.isSlow ?? false) - Number(b.isSlow ?? false))) {
    for (const language of languagesOf(each)) {
      const name = nameOf(each, language);
      test(name, async () => {
        const answers = await (slow.get(name) ?? each.provoke({ ...world, language }));
        assert.ok(answers.length > 0);
        for (const answer of answers) {
          if ('status' in answer) assert.equal(assertHeard(answer, each.on, language), each.code, answer.body);
          else {
            assert.equal(answer.code, each.code, answer.message);
            assertLanguage(answer.message, language);
          }
        }
      });
    }
  }
});
