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

  async function askLocal(image: Image, options: PredictOptions): Promise<WithResponse<Prediction>> {
    const mine = account();
    // Nobody could be told whose use it was.
    if (!mine)
      throw new AuthenticationError('Nobody is signed in.', { code: 'UNAUTHENTICATED', hint: 'Call `signIn` first.' });
    mine.spool.requireRoom();
    const answered = await nearby!.predict(image, options).withResponse();
    const { task, model, cached } = answered.data;
    if (!cached) {
      const at = new Date().toISOString();
      await mine.spool.addUse({ id: randomUUID(), task, model: `${model.name}@${model.version}`, count: 1, at });
      mine.wake();
    }
    return answered;
  }

  const ask = (side: Side, isLast: boolean, image: Image, options: PredictOptions) => {
    const tried = isLast
      ? options
      : { ...options, maxRetries: 0, timeoutMs: Math.min(options.timeoutMs ?? patienceMs, patienceMs) };
    return side === 'local' ? askLocal(image, { ...tried, token: undefined }) : cloud!(image, tried).withResponse();
  };

  return (image, options = {}) => new Call(route((side, isLast) => ask(side, isLast, image, options)));
}

/** A client that reaches nothing but the sidecar. */
function clientOf({ send }: Local): Client {
  const here = 'http://localhost';
  const none: Live = { subscribe: () => () => {}, reset() {} };
  return new Client({ baseUrl: here, inferenceUrl: here, transport: { send, openLive: () => none } });
}
