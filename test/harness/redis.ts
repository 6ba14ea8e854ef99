/** The run's own Redis; null when there is none on this machine, and then every test that wants it is skipped by name. */
export const testRedisUrl = (): string | null => process.env['TEST_REDIS_URL'] || null;

const noRedis = 'there is no redis-server on this machine';

/** What to say in `skip` of a test that needs Redis, or false to run it. */
export const redisSkip = (): string | false => (testRedisUrl() ? false : noRedis);

/** Both ways signals can travel, for suites that must hold on each: `for (const { bus, skip } of buses())`. */
export function buses(): { bus: 'memory' | 'redis'; skip: string | false }[] {
  return [
    { bus: 'memory', skip: false },
    { bus: 'redis', skip: redisSkip() },
  ];
}
