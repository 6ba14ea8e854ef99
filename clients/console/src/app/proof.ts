import { SightlineError } from '@sightline/core';
import { useSyncExternalStore } from 'react';

type Asked = { readonly done: Promise<boolean>; readonly settle: (isProved: boolean) => void };

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function show(next: Asked | null): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** Asks whoever is there to prove that it is them, once for all who want to know; false if they would rather not. */
async function askForProof(): Promise<boolean> {
  if (!asked) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const settle = (isProved: boolean) => {
      show(null);
      resolve(isProved);
    };
    show({ done: promise, settle });
  }
  return asked!.done;
}

/** What may need a fresh proof of who acts: asks for it where the server wants one, and tries again, once. Throws what the act throws. */
export async function withProof<T>(act: () => PromiseLike<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const isWanted = error instanceof SightlineError && error.code === 'STEP_UP_REQUIRED';
    if (!isWanted || !(await askForProof())) throw error;
    return await act();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Null while nobody is asked; `settle` answers. */
export const useAskedForProof = (): Asked | null => useSyncExternalStore(subscribe, () => asked);
