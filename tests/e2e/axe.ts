import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Looks at screens one after the other and remembers what is serious or critical on them. */
export interface AxeLook {
  /** At what the window shows now, under a name for the report. */
  at(page: Page, screen: string): Promise<void>;
  /** `screen: rule: element: why`; empty when everybody can use all of it. */
  readonly violations: readonly string[];
  readonly screens: readonly string[];
}

export function lookWithAxe(): AxeLook {
  const violations: string[] = [];
  const screens: string[] = [];
  return {
    violations,
    screens,
    async at(page, screen) {
      // Evaluated by the debugger: the page's own policy lets no script in.
      if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source);
      const { passed, found } = await page.evaluate(async () => {
        // What fades in is measured when it is there; what turns for ever is not waited for.
        const brief = document
          .getAnimations()
          .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
        await Promise.all(brief.map((animation) => animation.finished.catch(() => undefined)));
        // A dialog that has gone gives the page back a moment later; one that never does is reported.
        const given = performance.now() + 2000;
        const left = () => document.querySelector('#root[aria-hidden]') && !document.querySelector('[aria-modal]');
        while (left() && performance.now() < given) await new Promise((resolve) => setTimeout(resolve, 50));
        const { axe } = globalThis as unknown as { axe: { run(...options: unknown[]): Promise<AxeResults> } };
        // Fluent's markers at the ends of a focus group: they pass the focus on at once and never keep it.
        const context = { include: [document], exclude: ['[data-tabster-dummy]'] };
        const results = await axe.run(context, { iframes: false });
        return {
          passed: results.passes.length,
          found: results.violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .flatMap(({ id, nodes }) =>
              nodes.map(({ html, any, all, none }) => {
                const why = [...any, ...all, ...none].map(({ message }) => message).join('; ');
                return `${id}: ${html.slice(0, 300)}: ${why}`;
              }),
            ),
        };
      });
      expect(passed, `rules that looked at ${screen}`).toBeGreaterThan(5);
      screens.push(screen);
      violations.push(...found.map((violation) => `${screen}: ${violation}`));
    },
  };
}
