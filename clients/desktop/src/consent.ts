import { SightlineError, clientErrors } from '@sightline/core';

/** What a person is asked before anything of them is captured. */
export type ConsentRequest = {
  /** What is captured, such as `the camera of this computer`. */
  what: string;
  why: string;
  /** How long it is kept, in words. */
  retention: string;
};

/** That a person agreed, until they take it back. Only `consent.request` makes one. */
export type Consent = ConsentRequest & {
  readonly givenAt: string;
  /** Aborts when it is taken back. */
  readonly signal: AbortSignal;
  /** Takes it back: what captures under it ends, and this is noted as well. */
  revoke(): Promise<void>;
};

/** Nobody agreed to this, or not any more. */
export class ConsentMissingError extends SightlineError {
  constructor() {
    super('Nobody has agreed to this, or not any more.', {
      code: 'CONSENT_MISSING',
      hint: clientErrors.CONSENT_MISSING.en.hint,
    });
  }
}

type Deps = {
  /** Asks the person, in words and a window of the program's own. */
  ask(request: ConsentRequest): PromiseLike<boolean> | boolean;
  /** Notes the answer where it lasts, also for somebody who is offline. */
  note(request: ConsentRequest, granted: boolean): Promise<void>;
};

export function createConsents({ ask, note }: Deps) {
  // Objects that look like one are none.
  const given = new WeakSet<Consent>();
  const holding = new Set<AbortController>();
  let lapses = 0;
  return {
    /** Asks the person. Throws ConsentMissingError where they say no. */
    async request({ what, why, retention }: ConsentRequest): Promise<Consent> {
      const request = { what, why, retention };
      const asked = lapses;
      // Whoever comes while somebody else is asked has not agreed.
      if ((await ask(request)) !== true || asked !== lapses) throw new ConsentMissingError();
      const revoked = new AbortController();
      const consent: Consent = Object.freeze({
        ...request,
        givenAt: new Date().toISOString(),
        signal: revoked.signal,
        async revoke() {
          if (revoked.signal.aborted) return;
          holding.delete(revoked);
          revoked.abort(new ConsentMissingError());
          await note(request, false);
        },
      });
      await note(request, true);
      if (asked !== lapses) throw new ConsentMissingError();
      holding.add(revoked);
      given.add(consent);
      return consent;
    },
    /** What one person agreed to, nobody else did: none of it holds any more. It is not noted, for nobody took it back. */
    lapse(): void {
      lapses += 1;
      for (const revoked of holding) revoked.abort(new ConsentMissingError());
      holding.clear();
    },
    /** Throws ConsentMissingError unless this is one of ours that still holds. */
    require(consent: Consent): void {
      if (!given.has(consent) || consent.signal.aborted) throw new ConsentMissingError();
    },
  };
}

export type Consents = ReturnType<typeof createConsents>;
