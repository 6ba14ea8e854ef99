/**
 * What compares times by thousandths: beside others it repeats itself five times as long until it is sure, and then a busy
 * machine decides. It runs once all others are over.
 */
const files = new Set(['test/security/timing.test.ts']);

export const measuresTime = (file: string): boolean => files.has(file);
