import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const folder = fileURLToPath(new URL('../../test-results/console/', import.meta.url));
const wide = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const schemes = ['light', 'dark'] as const;

type Axe = { run(options: object): Promise<AxeResults> };

/** What axe finds serious or critical on the page as it is, in light and dark: one line each, with where it is. Empty is good. */
export async function checkAccessibility(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: Axe };
      return (await axe.run({ resultTypes: ['violations'] })).violations;
    });
    for (const { id, impact, help, nodes } of violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      found.push(
        `${colorScheme} ${id}: ${help}\n${nodes.map(({ html, target }) => `  ${String(target)} ${html}`).join('\n')}`,
      );
    }
  }
  return found;
}

/** Pictures of the page as it is, light, dark and on a phone, in `test-results/console/<name>-….png`. Look at them. */
export async function screenshots(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const take = (look: string) => page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: 'disabled' });
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await take(colorScheme);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(phone);
  await take('phone');
  await page.setViewportSize(wide);
}
