import type { SightlineError } from '@sightline/core';
import { NotThere } from '../user-mistake.ts';

/**
 * What `ask` gives for an id that somebody typed. Throws NotThere where that is null, and where the id is none, or one of something else:
 * for who typed it that is the same.
 */
export async function named<T>(what: string, id: string, ask: () => PromiseLike<T | null>): Promise<T> {
  try {
    const found = await ask();
    if (found !== null) return found;
  } catch (error) {
    if (!isOfId(error)) throw error;
  }
  throw new NotThere(`There is no ${what} ${id} that you may see.`);
}

/** What `work` gives where `ids` narrow it. Throws NotThere where one of them is none, or one of something else. */
export async function narrowedBy<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (ids.length === 0 || !isOfId(error)) throw error;
    throw new NotThere(`There is nothing that you may see of ${ids.join(', ')}.`);
  }
}

/** The server names the field where an id is none, and nothing where it is of another type. */
function isOfId(error: unknown): boolean {
  const { code, details } = error as Partial<SightlineError>;
  return code === 'INPUT_INVALID' && (details?.['field'] ?? 'id') === 'id';
}
