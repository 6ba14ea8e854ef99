import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { matching } from '../../clients/console/src/app/matching.ts';
import { ownPath } from '../../clients/console/src/app/paths.ts';
import { localeOf } from '../../clients/console/src/app/settings.ts';
import { deviceOf } from '../../clients/console/src/pages/account/device-of.ts';
import { qrOf } from '../../clients/console/src/pages/account/qr.ts';

// Other people's readers read all lengths from 1 to 230 when these were written down: whoever changes the code asks one again.
test('a QR code is what readers read', () => {
  const drawn = qrOf('Sightline')?.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''));
  assert.deepEqual(drawn?.slice(0, 9), [
    '#######..#.##.#######',
    '#.....#..###..#.....#',
    '#.###.#.##.##.#.###.#',
    '#.###.#..#.#..#.###.#',
    '#.###.#...#.#.#.###.#',
    '#.....#.....#.#.....#',
    '#######.#.#.#.#######',
    '........##.##........',
    '###.########.##...#..',
  ]);
  const uri =
    'otpauth://totp/Sightline:ana%40example.com?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Sightline&algorithm=SHA1&digits=6&period=30';
  const rows = qrOf(uri)?.map((row) => row.map(Number).join(''));
  assert.equal(rows?.length, 41);
  const digest = createHash('sha256').update(rows.join('\n')).digest('hex');
  assert.equal(digest, 'f424668a90baf289902de36d68889225194e0ea2c03f6db1fe161842259baab6');
  assert.equal(qrOf('x'.repeat(230))?.length, 53);
  assert.equal(qrOf('x'.repeat(231)), null, 'more than the largest one holds');
});

test('dates are written as in the region that the browser speaks of', () => {
  assert.equal(localeOf('en', ['en-GB', 'en']), 'en-GB');
  assert.equal(localeOf('es', ['en-US', 'es-MX']), 'es-MX');
  assert.equal(localeOf('en', ['es-ES']), 'en-ES');
  assert.equal(localeOf('es', ['es-419']), 'es-419');
  assert.equal(localeOf('en', ['de']), 'en');
});

test('nobody is sent to the page of somebody else after signing in', () => {
  assert.equal(ownPath('/events?label=red'), '/events?label=red');
  for (const path of ['//evil.example', 'https://evil.example/', String.raw`/\evil.example`, 'live', '', null, 7])
    assert.equal(ownPath(path), null, String(path));
});

test('programs are called what people call them', () => {
  const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';
  const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0';
  const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1';
  assert.equal(deviceOf(firefox), 'Firefox · Windows');
  assert.equal(deviceOf(edge), 'Edge · Windows');
  assert.equal(deviceOf(iphone), 'Safari · iPhone');
  assert.equal(deviceOf('curl/8.0'), null);
  assert.equal(deviceOf(null), null);
});

test('the palette finds by parts of words, whatever the accents, and what begins so first', () => {
  const names = ['Usage', 'Audit', 'Billing usage', 'Auditoría', 'Español'];
  const find = (written: string) => matching(names, written, (name) => name);
  assert.deepEqual(find(''), names);
  assert.deepEqual(find('usa'), ['Usage', 'Billing usage']);
  assert.deepEqual(find('auditoria'), ['Auditoría']);
  assert.deepEqual(find('us bil'), ['Billing usage']);
  assert.deepEqual(find('espanol '), ['Español']);
  assert.deepEqual(find('nothing'), []);
});
