import type { Tokens } from '@sightline/core';
import type { SecretStore } from './secrets/secret-store.ts';

type Kept = Tokens & { organizationId: string };

/** The tokens of a sign-in, in a store, and what they are now. */
export async function keepSignIn({ secrets, name }: { secrets: SecretStore; name: string }) {
  let kept = read(await secrets.get(name));
  // One after another: of two that are written at once nobody knows which is last.
  let writing: Promise<void> = Promise.resolve();
  const write = (work: () => Promise<void>) => {
    const done = writing.then(work);
    writing = done.catch(() => {});
    return done;
  };
  const put = (next: Kept | null) => {
    kept = next;
    return write(() => (next ? secrets.set(name, JSON.stringify(next)) : secrets.delete(name)));
  };
  return {
    get kept(): Kept | null {
      return kept;
    },
    keep: (next: Kept) => put(next),
    forget: () => put(null),
    /** Tokens that took the place of others; none where somebody signed out meanwhile. */
    renew(tokens: Tokens): void {
      if (kept) put({ ...kept, ...tokens }).catch(() => {});
    },
    written: () => writing,
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
