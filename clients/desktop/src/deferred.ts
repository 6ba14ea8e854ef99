export type Deferred<T> = {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
};

/** A promise and its two ends: `Promise.withResolvers`, which Node 20 does not have. */
export function newDeferred<T>(): Deferred<T> {
  let ends: Pick<Deferred<T>, 'resolve' | 'reject'> | null = null;
  const promise = new Promise<T>((resolve, reject) => (ends = { resolve, reject }));
  if (!ends) throw new TypeError('A promise did not call its executor.');
  return { promise, ...(ends as Pick<Deferred<T>, 'resolve' | 'reject'>) };
}
