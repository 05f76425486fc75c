import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2, levels A and AA, that can be checked without a person. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Rules that depend on colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Returns the violations of WCAG of a page, a text each. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  return run(page, TAGS);
}

/** Returns violations of the rules about colours, a text each: for a page whose other rules were checked before. */
export async function violationsOfColours(page: Page): Promise<readonly string[]> {
  return run(page, OF_COLOURS);
}

async function run(page: Page, only: readonly string[]): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: only, resultTypes: ['violations'] });
  // Sound: the script returns a list of texts. All that axe has seen would take seconds on its way.
  return (await page.evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html + '\\n' + failureSummary)))`)) as readonly string[];
}

/** Returns forms in which the browser itself would refuse a field, with a bubble over the page. */
export async function formsWithBubbles(page: Page): Promise<readonly string[]> {
  // Sound: the script returns a list of texts.
  return (await page.evaluate(`
    [...document.querySelectorAll('form:not([novalidate])')]
      .filter((form) => form.querySelector('[required], [min], [max], [pattern], [type=number], [type=email], [type=url]'))
      .map((form) => form.outerHTML.slice(0, 120))`)) as readonly string[];
}

/**
 * Returns the elements that stick out of the window to its side, also those over the page, which do not make it wider, and
 * those that scroll sideways and have no table or code.
 */
export async function overflowing(page: Page): Promise<readonly string[]> {
  // Sound: the script returns a list of texts.
  return (await page.evaluate(`(async () => {
    // The page has followed the new size of the window.
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { scrollWidth, clientWidth } = element;
        const isWide = document.documentElement.scrollWidth > innerWidth
          || element.matches('dialog[open], :popover-open, .detail');
        const { left, right } = element.getBoundingClientRect();
        const sticksOut = isWide && (right > innerWidth + 1 || left < -1);
        return sticksOut || (!element.matches('pre, .table-scroll') && clientWidth > 0
          && scrollWidth > clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX));
      })
      .map((element) => element.outerHTML.slice(0, 120));
  })()`)) as readonly string[];
}
