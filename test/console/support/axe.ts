import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2, levels A and AA, that can be checked without a person. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Returns what a page breaks of WCAG, a text each. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`;
  // Sound: the fields of axe's results that are read here.
  const { violations } = (await page.evaluate(run)) as { violations: readonly Violation[] };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/** Returns the forms of which the browser would refuse a field in words of its own, beside the page. */
export async function formsWithBubbles(page: Page): Promise<readonly string[]> {
  // Sound: the script returns a list of texts.
  return (await page.evaluate(`
    [...document.querySelectorAll('form:not([novalidate])')]
      .filter((form) => form.querySelector('[required], [min], [max], [pattern], [type=number], [type=email], [type=url]'))
      .map((form) => form.outerHTML.slice(0, 120))`)) as readonly string[];
}

/** Returns the elements that stick out of the window to its side, and those that scroll sideways and have no table or code. */
export async function overflowing(page: Page): Promise<readonly string[]> {
  // Sound: the script returns a list of texts.
  return (await page.evaluate(`
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { scrollWidth, clientWidth } = element;
        const sticksOut = document.documentElement.scrollWidth > innerWidth
          && element.getBoundingClientRect().right > innerWidth + 1;
        return sticksOut || (!element.matches('pre, .table-scroll') && clientWidth > 0
          && scrollWidth > clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX));
      })
      .map((element) => element.outerHTML.slice(0, 120))`)) as readonly string[];
}
