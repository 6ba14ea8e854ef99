import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { openSignIn, refresh, worksAs } from '../api/tokens/tokens.ts';
import { isLong } from './report.ts';
import { createServerProcess } from './server-process.ts';

const cycles = isLong ? 20 : 2;

test(
  `a server killed while it refreshes, ${cycles} times: whoever lost the answer asks again and stays signed in`,
  { timeout: 600_000 },
  async (t) => {
    await using database = await createTestDatabase();
    await using server = await createServerProcess({ DATABASE_URL: database.url });
    await server.start();
    const first = await openSignIn(server);
    let { refreshToken } = first;
    let lostAfterCommit = 0;
    const counter = async () =>
      (await query(database.url, 'select max("counter") as "n" from "RefreshFamily"'))[0]?.['n'];

    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const before = await counter();
      const answer = refresh(server, refreshToken).catch(() => null);
      // Every other time the kill waits until the database has the next token: its answer is lost for certain, unread.
      if (cycle % 2 === 0) while ((await counter()) === before);
      await server.kill();
      await answer;
      if ((await counter()) !== before) lostAfterCommit += 1;
      await server.start();
      const again = await refresh(server, refreshToken);
      assert.equal(again.code, undefined, `cycle ${cycle}`);
      assert.equal(await worksAs(server, again.token), first.email);
      refreshToken = again.refreshToken;
    }
    t.diagnostic(`${lostAfterCommit} of ${cycles} answers were lost after their commit`);
    assert.ok(lostAfterCommit >= cycles / 2);
  },
);
