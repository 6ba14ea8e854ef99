import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrowser, skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { createDataDir, startLauncher } from '../launcher/launcher.ts';
import { builtConsole } from './open-console.ts';

const skip = process.platform === 'linux' ? skipWithoutBrowser : 'reads /proc';

test('whoever runs npm start and opens what it prints sees events without signing in', { skip }, async () => {
  await using data = await createDataDir();
  await using browser = await openBrowser();
  // Waits for it instead of building its own.
  const launcher = startLauncher(data.path, { CONSOLE: await builtConsole() }, []);
  const [, address = ''] = await launcher.says(/(http:\S+)/);
  const [, url = ''] = await launcher.says(/GraphQL +(http:\S+)\/graphql/);
  assert.equal(new URL(address).origin, url, 'the first address is the one for people');
  const { page, problems } = await browser.page(url);
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  await page.getByText('Watching began on').first().waitFor();
  assert.deepEqual(problems, []);
  assert.equal((await launcher.stop('SIGINT')).code, 0, launcher.output());
});
