import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { graphql } from '../harness/graphql.ts';
import { joinAs, signIn as signInOf } from '../harness/people.ts';
import { createSourceOf, startSession } from '../harness/sources.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, password, signIn, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

/* Every page that can be reached from the side bar, with things in it. A page that is added is walked without being named here. */

const options = { skip: skipWithoutBrowser };
/** As narrow as phones are. */
const narrow = { width: 360, height: 740 };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

/** Nothing is loading any more: what is announced shows no grey lines. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('main [role="status"] > [aria-hidden]') === null);
}

async function pagesOf(page: Page): Promise<string[]> {
  const links = await page.getByRole('navigation').getByRole('link').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
  return [...new Set(paths.filter((path) => path !== null))];
}

/** Fails where somebody with a phone had to scroll sideways. */
async function fitsPhone(page: Page, path: string): Promise<void> {
  await page.setViewportSize(narrow);
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  assert.equal(tooWide, 0, `${path} is ${tooWide} px too wide for a phone`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** What is written on a page and read out, but for code, names to choose from, and what says that it is of another language. */
const wordsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const isOurs = (element: Element | null) =>
      element?.closest('code, pre, script, style, noscript, option, [lang]:not(html)') === null;
    const written: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      if (isOurs(node.parentElement)) written.push(node.textContent?.trim() ?? '');
    }
    const said = [...document.querySelectorAll('[aria-label], [placeholder], [alt]')].flatMap((each) =>
      ['aria-label', 'placeholder', 'alt'].map((name) => each.getAttribute(name) ?? ''),
    );
    return [...written, ...said].filter((words) => words !== '');
  });

/** Words that no Spanish sentence has. */
const isEnglish = (words: string) =>
  /\b(the|of|and|or|your|with|this|from|not|are|what|which|who|was|by|for|until|nobody|days?)\b/i.test(words);
/** People are spoken to as friends. */
const isFormal = (words: string) =>
  /\b(usted|ustedes|introduzca|pulse|haga|elija|seleccione|escriba|compruebe|inténtelo|puede que quiera)\b/i.test(
    words,
  );
/** `SNAKE_CASE`, as only programs say it. */
const isCode = (words: string) => /\b[A-Z]{2,}_[A-Z_]+\b/.test(words);

/** Somebody to whom things have happened. */
async function watching(page: Page): Promise<string> {
  const { email } = await signUp(page, 'walking');
  const folder = await shown.stack.folder('walking');
  await writeWalk(folder, 4);
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  await startSession(server, person, await createSourceOf(server, person, { name: 'Walk', path: folder }));
  await page.getByText('Watching ended on Walk').waitFor();
  return email;
}

let walker: string;

test('every page is whole: accessible in light and dark, without problems, as wide as a phone', options, async (t) => {
  const { page, problems } = await shown.open();
  walker = await watching(page);
  const paths = await pagesOf(page);
  assert.ok(paths.length >= 11, paths.join());
  const titles = new Map<string, string>();
  for (const path of paths) {
    await page.goto(`${shown.url}${path}`);
    await settled(page);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, path);
    titles.set(path, await page.title());
    assert.deepEqual((await wordsOf(page)).filter(isCode), [], `${path} shows codes`);
    const found = await checkAccessibility(page);
    t.diagnostic(`${path.padEnd(12)} serious: ${found.length}`);
    assert.deepEqual(found, [], path);
    await screenshots(page, `page-${path.slice(1)}`);
    await fitsPhone(page, path);
    assert.deepEqual(problems, [], path);
  }
  assert.equal(new Set(titles.values()).size, paths.length, 'each page has a title of its own');
});

test('every page is there in Spanish', options, async () => {
  const { page, problems } = await shown.open('/', { locale: 'es-ES' });
  await page.getByLabel('Correo electrónico').fill(walker);
  await page.getByLabel('Contraseña').fill(password);
  await page.getByRole('button', { name: 'Iniciar sesión', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'En vivo' }).waitFor();
  const left: Record<string, string[]> = {};
  for (const path of [...(await pagesOf(page)), '/account', '/settings?tab=privacy', '/team?tab=roles']) {
    await page.goto(`${shown.url}${path}`);
    await settled(page);
    assert.equal(await page.getAttribute('html', 'lang'), 'es', path);
    const words = await wordsOf(page);
    const wrong = words.filter((each) => isEnglish(each) || isFormal(each));
    if (wrong.length > 0) left[path] = wrong;
    await fitsPhone(page, path);
  }
  assert.deepEqual(left, {}, 'nothing is left in English, and nobody is called usted');
  assert.deepEqual(problems, []);
});

test(
  'whoever may only look is refused nowhere, and a long name leaves room for what is beside it',
  options,
  async () => {
    const { server } = shown.stack;
    const owner = await signInOf(server, walker);
    const name = 'Cooperativa-de-observadores-del-puerto-de-la-bahía-norte-y-alrededores-sociedad'.padEnd(80, '.');
    const rename = 'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { __typename } }';
    (await graphql(server, rename, { input: { name } }, { token: owner.token })).expectData();
    const { email } = await joinAs(server, owner, 'VIEWER');
    const { page, problems } = await shown.open();
    await signIn(page, { email });
    for (const path of await pagesOf(page)) {
      await page.goto(`${shown.url}${path}`);
      await settled(page);
      assert.deepEqual(await page.getByRole('alert').allInnerTexts(), [], path);
      await fitsPhone(page, path);
    }
    assert.deepEqual(problems, []);
    await page.goto(`${shown.url}/api`);
    await settled(page);
    assert.equal(await page.getByRole('link', { name: 'Make an API key' }).count(), 0);
    await page.setViewportSize(narrow);
    const pictures = await page.locator('header svg:visible').evaluateAll((all) => all.map((each) => each.clientWidth));
    assert.ok(pictures.length >= 4 && Math.min(...pictures) >= 14, `${pictures.join()} px`);
  },
);

test('a page that nobody answers says so, keeps what it shows, and goes on by itself', options, async () => {
  const { page } = await shown.open();
  await signUp(page, 'waiting');
  await page.getByRole('link', { name: 'Usage' }).click();
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  await settled(page);
  await page.context().setOffline(true);
  await page.getByLabel('Time', { exact: true }).selectOption('Last 7 days');
  await page.getByText('CONNECTION_FAILED').first().waitFor();
  assert.match(await page.getByRole('alert').first().innerText(), /What you see here is kept/);
  assert.equal(await page.getByRole('heading', { level: 1, name: 'Usage' }).count(), 1);
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  await page.context().setOffline(false);
  await page.getByText('CONNECTION_FAILED').first().waitFor({ state: 'detached' });
  await settled(page);
  assert.deepEqual(await page.getByRole('alert').allInnerTexts(), []);
});

test(
  'with keys alone: each menu shows where one is, and a page that loads leaves the focus alone',
  options,
  async () => {
    const { page } = await shown.open();
    await signIn(page, { email: walker });
    await page.getByRole('button', { name: 'walking name' }).focus();
    await page.keyboard.press('Enter');
    const first = page.getByRole('menuitem', { name: 'As the system' });
    await first.and(page.locator(':focus-visible')).waitFor();
    assert.notEqual(await first.evaluate((item) => getComputedStyle(item).outlineStyle), 'none');
    assert.equal(await first.getAttribute('aria-current'), 'true');
    await page.keyboard.press('Escape');
    await page.goto(`${shown.url}/sources`);
    await page.getByRole('link', { name: 'Walk' }).click();
    await page.getByRole('heading', { level: 1, name: 'Walk' }).and(page.locator(':focus')).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Walk' }).waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  },
);
