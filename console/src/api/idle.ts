import { forgetSecret, isCovered, secret, server, signInNeeded } from './session.ts';

const MS_PER_MINUTE = 60_000;
const LOOK_EVERY_MS = 5000;
const INPUT = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart'];

let lastInput = Date.now();

/** Covers the page and forgets the key when nobody has used the page for a time. Without a key, nothing is covered. */
export function watchIdleness(): void {
  for (const name of INPUT) {
    addEventListener(name, () => (lastInput = Date.now()), { capture: true, passive: true });
  }
  setInterval(look, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', look);
}

function look(): void {
  const minutes = server.value?.console?.idle_minutes ?? 0;
  if (minutes === 0 || secret.value === undefined) return;
  if (Date.now() - lastInput < minutes * MS_PER_MINUTE) return;
  forgetSecret();
  isCovered.value = true;
  signInNeeded.value = true;
}
