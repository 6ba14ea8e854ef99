import type { Logger, Tokens } from '@sightline/core';
import { SignInNotKeptError } from './secrets/secret-errors.ts';
import type { SecretStore } from './secrets/secret-store.ts';

type Kept = Tokens & { organizationId: string };

type Deps = { secrets: SecretStore; name: string; logger?: Pick<Logger, 'warn'> | undefined };

/** The tokens of a sign-in, in a store, and what they are now. */
export async function keepSignIn({ secrets, name, logger }: Deps) {
  let kept = read(await secrets.get(name));
  // One after another: of two that are written at once nobody knows which is last.
  let writing: Promise<void> = Promise.resolve();
  const write = (work: () => Promise<void>) => {
    const done = writing.then(work);
    writing = done.catch(() => {});
    return done;
  };
  let isWritten = true;
  const put = (next: Kept | null) => {
    kept = next;
    return write(async () => {
      isWritten = false;
      await (next ? secrets.set(name, JSON.stringify(next)) : secrets.delete(name));
      isWritten = true;
    });
  };
  return {
    get kept(): Kept | null {
      return kept;
    },
    keep: (next: Kept) => put(next),
    forget: () => put(null),
    /** Tokens that took the place of others; none where somebody signed out meanwhile. */
    renew(tokens: Tokens): void {
      if (!kept) return;
      put({ ...kept, ...tokens }).catch((error) => {
        logger?.warn('the renewed sign-in could not be kept', { cause: String(error) });
      });
    },
    /** Resolves once everything is kept; what could not be is tried once more. Throws SignInNotKeptError. */
    async written(): Promise<void> {
      await writing;
      if (isWritten || !kept) return;
      await put(kept).catch((error) => {
        throw new SignInNotKeptError(error);
      });
    },
  };
}

export type KeptSignIn = Awaited<ReturnType<typeof keepSignIn>>;

function read(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Kept | null;
    return typeof kept?.token === 'string' && typeof kept.organizationId === 'string' ? kept : null;
  } catch {
    return null;
  }
}
