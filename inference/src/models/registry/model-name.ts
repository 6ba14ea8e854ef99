/**
 * Names come from URLs and become folders. Lower case only: some file systems take `A` and `a` for the same folder, and
 * one folder must not be two models.
 */
const pattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export const isModelName = (name: string): boolean => pattern.test(name);
