import { randomUUID } from 'node:crypto';
import { AuthenticationError, Call, Client } from '@sightline/core';
import type { Predict, PredictOptions, Prediction, Image, Live, WithResponse } from '@sightline/core';
import type { Account } from '../account.ts';
import type { Local } from '../local/start-local.ts';
import type { Policy, Side } from './choose.ts';
import { createRoute } from './route.ts';

type Deps = {
  policy: Policy;
  local: Local | null;
  /** Null where the client knows of none. */
  cloud: Predict | null;
  /** Of who is signed in; null where nobody is. */
  account(): Account | null;
};

/** As long as the side that was chosen has to answer, where the other one could as well: a cable that is pulled says nothing. */
const patienceMs = 10_000;

/** `predict` by the sidecar or by the server. What the sidecar does is written down before it is answered. */
export function createRoutedPredict({ policy, local, cloud, account }: Deps): Predict {
  const nearby = local && clientOf(local);
  const isLocalUp = () => local?.state === 'ready' && (account()?.spool.hasRoom ?? false);
  const route = createRoute({ policy, isLocalUp, isCloudUp: () => cloud !== null });

  /** `callId`: of this call, where the server was asked before and may have counted it. */
  async function askLocal(
    image: Image,
    options: PredictOptions,
    callId: string | null,
  ): Promise<WithResponse<Prediction>> {
    const mine = account();
    // Nobody could be told whose use it was.
    if (!mine)
      throw new AuthenticationError('Nobody is signed in.', { code: 'UNAUTHENTICATED', hint: 'Call `signIn` first.' });
    mine.spool.requireRoom();
    const answered = await nearby!.predict(image, options).withResponse();
    const { task, model, cached } = answered.data;
    if (!cached) {
      const at = new Date().toISOString();
      const use = { id: randomUUID(), task, model: `${model.name}@${model.version}`, count: 1, at };
      await mine.spool.addUse(callId === null ? use : { ...use, callId });
      mine.wake();
    }
    return answered;
  }

  /** One call of the caller, whoever answers it. */
  function createAsk(image: Image, options: PredictOptions) {
    let callId: string | null = null;
    return (side: Side, isLast: boolean) => {
      const tried = isLast
        ? options
        : { ...options, maxRetries: 0, timeoutMs: Math.min(options.timeoutMs ?? patienceMs, patienceMs) };
      if (side === 'local') return askLocal(image, { ...tried, token: undefined }, callId);
      if (isLast) return cloud!(image, tried).withResponse();
      // Its answer may be lost after it was counted: what is told of the sidecar instead says which call it was.
      callId = randomUUID();
      return cloud!(image, { ...tried, headers: { ...tried.headers, 'x-call-id': callId } }).withResponse();
    };
  }

  return (image, options = {}) => new Call(route(createAsk(image, options)));
}

/** A client that reaches nothing but the sidecar. */
function clientOf({ send }: Local): Client {
  const here = 'http://localhost';
  const none: Live = { subscribe: () => () => {}, reset() {} };
  return new Client({ baseUrl: here, inferenceUrl: here, transport: { send, openLive: () => none } });
}
