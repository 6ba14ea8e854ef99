import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SubscriptionChangeRefusedError } from '../billing.errors.ts';
import { firstState, nextDue, nextState } from './state-machine.ts';
import type { Standing, SubscriptionEvent, SubscriptionWish, Terms } from './state-machine.ts';

const at = (text: string) => new Date(`${text}:00Z`);
const terms = (id: string, more: Partial<Terms> = {}): Terms => ({
  ...{ id, priceMinor: 4_900, currency: 'EUR', interval: 'MONTH', trialDays: 14, graceDays: 7 },
  ...more,
});
const pro = terms('pro');
const business = terms('business', { priceMinor: 49_900 });
const begin = at('2027-01-31T10:20');
const now = at('2027-02-10T12:30');

const active = firstState(pro, begin, { hasTrial: false, notBefore: null });
const standings = {
  TRIALING: firstState(pro, begin, { hasTrial: true, notBefore: null }),
  ACTIVE: active,
  PAST_DUE: { ...active, state: 'PAST_DUE', pastDueSince: begin },
  GRACE: { ...active, state: 'GRACE', pastDueSince: begin, graceEndsAt: at('2027-02-12T00:00') },
  CANCELED: { ...active, state: 'CANCELED', canceledAt: begin },
} satisfies Record<Standing['state'], Standing>;

/** What every state makes of every event: the state after it, `-` for no change, `x` for a refusal. */
const table: Record<
  SubscriptionEvent['type'] | 'cancelNow' | 'cancelLater' | 'resume' | 'changeNow' | 'changeLater',
  string
> = {
  //                  TRIALING  ACTIVE    PAST_DUE  GRACE     CANCELED
  trialEnded: '         ACTIVE    x         x         x         x',
  periodEnded: '        x         ACTIVE    PAST_DUE  GRACE     x',
  paymentSucceeded: '   -         -         ACTIVE    ACTIVE    -',
  paymentFailed: '      -         PAST_DUE  -         -         -',
  retriesExhausted: '   -         GRACE     GRACE     -         CANCELED',
  graceEnded: '         x         x         x         CANCELED  x',
  cancelNow: '          CANCELED  CANCELED  CANCELED  CANCELED  x',
  cancelLater: '        TRIALING  ACTIVE    PAST_DUE  GRACE     x',
  resume: '             -         -         -         -         x',
  changeNow: '          TRIALING  ACTIVE    x         x         x',
  changeLater: '        TRIALING  ACTIVE    x         x         x',
};

const wishes: Record<string, SubscriptionWish> = {
  cancelNow: { type: 'cancel', atPeriodEnd: false },
  cancelLater: { type: 'cancel', atPeriodEnd: true },
  resume: { type: 'resume' },
  changeNow: { type: 'changePlan', version: business, when: 'NOW' },
  changeLater: { type: 'changePlan', version: business, when: 'PERIOD_END' },
};

const moments: Partial<Record<string, Date>> = {
  trialEnded: standings.TRIALING.periodEndsAt,
  periodEnded: active.periodEndsAt,
  graceEnded: standings.GRACE.graceEndsAt,
};

for (const [name, row] of Object.entries(table)) {
  const expected = row.trim().split(/\s+/);
  for (const [index, standing] of Object.values(standings).entries()) {
    test(`${standing.state}, ${name}: ${expected[index]}`, () => {
      const event = wishes[name] ?? ({ type: name } as SubscriptionEvent);
      const step = () => nextState(standing, event, moments[name] ?? now);
      if (expected[index] === 'x') assert.throws(step, SubscriptionChangeRefusedError);
      else assert.equal(step()?.state ?? '-', expected[index]);
    });
  }
}

test('what time ends does not end a moment early, so that nobody ends it twice', () => {
  for (const [standing, type] of [
    [standings.TRIALING, 'trialEnded'],
    [standings.ACTIVE, 'periodEnded'],
    [standings.GRACE, 'graceEnded'],
  ] as const) {
    const early = new Date((moments[type]?.getTime() ?? 0) - 1);
    assert.throws(() => nextState(standing, { type }, early), SubscriptionChangeRefusedError);
  }
});

/** After `event`; the test expects that something changes. */
function after(standing: Standing, event: SubscriptionEvent | SubscriptionWish, moment = now): Standing {
  const next = nextState(standing, event, moment);
  assert.ok(next);
  return next;
}

test('the end of the trial is the first day that is paid for, and the months are counted from it', () => {
  const { TRIALING: trial } = standings;
  assert.deepEqual(trial.trialEndsAt, at('2027-02-14T11:00'));
  assert.deepEqual(nextDue(trial), { event: { type: 'trialEnded' }, at: trial.trialEndsAt });
  const paid = after(trial, { type: 'trialEnded' }, at('2027-02-14T11:00'));
  assert.deepEqual([paid.periodStartsAt, paid.periodEndsAt], [at('2027-02-14T11:00'), at('2027-03-14T11:00')]);
  assert.deepEqual(paid.anchorAt, paid.periodStartsAt);
});

test('a trial that was canceled ends free, and so does a period', () => {
  const trial = after(standings.TRIALING, wishes['cancelLater']!);
  assert.equal(after(trial, { type: 'trialEnded' }, trial.periodEndsAt).state, 'CANCELED');
  const period = after(active, wishes['cancelLater']!);
  const ended = after(period, { type: 'periodEnded' }, period.periodEndsAt);
  assert.deepEqual(
    [ended.state, ended.canceledAt, ended.periodEndsAt],
    ['CANCELED', active.periodEndsAt, active.periodEndsAt],
  );
  assert.equal(nextDue(ended), null);
});

test('canceling at once ends the period with the hour that has begun, and never before it began', () => {
  assert.deepEqual(after(active, wishes['cancelNow']!).periodEndsAt, at('2027-02-10T13:00'));
  assert.deepEqual(after(active, wishes['cancelNow']!, begin).periodEndsAt, at('2027-01-31T11:00'));
  const again = firstState(pro, begin, { hasTrial: false, notBefore: at('2027-01-31T11:00') });
  assert.deepEqual(again.periodStartsAt, at('2027-01-31T11:00'));
});

test('the last wish counts: a plan for later takes a cancellation back, and the other way round', () => {
  const leaving = after(active, wishes['cancelLater']!);
  const staying = after(leaving, wishes['changeLater']!);
  assert.deepEqual([staying.cancelAtPeriodEnd, staying.pendingVersion?.id], [false, 'business']);
  const leavingAgain = after(staying, wishes['cancelLater']!);
  assert.deepEqual([leavingAgain.cancelAtPeriodEnd, leavingAgain.pendingVersion], [true, null]);
  assert.deepEqual(after(leavingAgain, { type: 'resume' }), active);
});

test('a plan for later comes with the next period; another interval is counted from there', () => {
  const changed = after(active, wishes['changeLater']!);
  assert.equal(changed.version.id, 'pro');
  const renewed = after(changed, { type: 'periodEnded' }, changed.periodEndsAt);
  assert.deepEqual([renewed.version.id, renewed.pendingVersion, renewed.anchorAt], ['business', null, active.anchorAt]);
  assert.deepEqual(renewed.periodEndsAt, at('2027-03-31T10:00'));

  const yearly = after(active, {
    type: 'changePlan',
    version: terms('year', { interval: 'YEAR' }),
    when: 'PERIOD_END',
  });
  const year = after(yearly, { type: 'periodEnded' }, yearly.periodEndsAt);
  assert.deepEqual([year.periodStartsAt, year.periodEndsAt], [at('2027-02-28T10:00'), at('2028-02-28T10:00')]);
});

test('between months and years nothing changes at once, and never the currency', () => {
  for (const version of [terms('year', { interval: 'YEAR' }), terms('dollars', { currency: 'USD' })]) {
    assert.throws(
      () => nextState(active, { type: 'changePlan', version, when: 'NOW' }, now),
      SubscriptionChangeRefusedError,
    );
  }
});

test('the grace is counted from the last try to the full hour, and what is owed stays owed after it', () => {
  const failed = after(active, { type: 'paymentFailed' }, at('2027-02-01T00:00'));
  const grace = after(failed, { type: 'retriesExhausted' });
  assert.deepEqual([grace.pastDueSince, grace.graceEndsAt], [at('2027-02-01T00:00'), at('2027-02-17T13:00')]);
  assert.deepEqual(nextDue(grace), { event: { type: 'graceEnded' }, at: grace.graceEndsAt });
  const ended = after(grace, { type: 'graceEnded' }, at('2027-02-17T13:00'));
  assert.deepEqual([ended.state, ended.pastDueSince], ['CANCELED', at('2027-02-01T00:00')]);
  assert.equal(after(ended, { type: 'paymentSucceeded' }).pastDueSince, null);
});

test('a grace longer than the period lets another period begin in it', () => {
  const grace = { ...standings.GRACE, graceEndsAt: at('2027-03-05T00:00') };
  assert.deepEqual(nextDue(grace), { event: { type: 'periodEnded' }, at: active.periodEndsAt });
});
