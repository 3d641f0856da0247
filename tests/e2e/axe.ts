import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Nothing serious or critical on what the window shows now. Soft, so that one run tells about all screens. Evaluated
 * by the debugger: the page's own policy lets no script in.
 */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
  // What fades in is measured when it is there.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))),
  );
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(...options: unknown[]): Promise<AxeResults> } };
    const { violations, passes } = await axe.run(document, { iframes: false });
    return {
      passed: passes.length,
      violations: violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => ({
          id,
          nodes: nodes.slice(0, 5).map(({ html, any }) => `${html} ${any[0]?.message}`),
        })),
    };
  });
  expect(found.passed, `rules that looked at ${screen}`).toBeGreaterThan(5);
  expect.soft(found.violations, screen).toEqual([]);
}
