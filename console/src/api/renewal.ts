import { tryCaller } from './caller.ts';
import { isChanging } from './client.ts';
import type { OidcClient, Principal } from './objects.ts';
import type { Tokens } from './oidc.ts';
import { secret } from './session.ts';

const MS_PER_SECOND = 1000;
/** Seconds before the end of a token at which it is renewed, at most. */
const MARGIN = 60;
/** A token that lives shorter is not renewed by leaving the page: the page would come and go. */
const SHORTEST_LIFETIME = 20;
const AGAIN_AFTER_MS = 5000;
/** Longer times do not fit the browser's timer. */
const LONGEST_MS = 2 ** 31 - 1;

let refreshToken: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Renews a token before it ends: by the refresh token, which is in memory alone, or else by way of the issuer, without
 * asking anything. Where that would lose what the reader does, nothing happens, and the server's refusal asks for a
 * sign-in.
 */
export function renewBeforeEnd(
  client: OidcClient,
  tokens: Tokens,
  caller: Principal,
  leave: () => Promise<void>,
): void {
  clearTimeout(timer);
  refreshToken = tokens.refreshToken;
  const lifetime = tokens.lifetime ?? (caller.expires_at ?? Infinity) - Date.now() / MS_PER_SECOND;
  const ms = (lifetime - Math.min(MARGIN, lifetime / 4)) * MS_PER_SECOND;
  if (ms > LONGEST_MS) return;
  const token = secret.value;
  const renew = async (): Promise<void> => {
    // Forgotten since: by a sign-out, or since nobody was here.
    if (secret.value !== token || token === undefined) return;
    const outcome = refreshToken === undefined ? 'refused' : await refresh(client, leave);
    if (outcome === 'done' || (outcome === 'refused' && lifetime < SHORTEST_LIFETIME)) return;
    if (outcome === 'later' || isBusy()) timer = setTimeout(() => void renew(), AGAIN_AFTER_MS);
    else await leave().catch(() => undefined);
  };
  timer = setTimeout(() => void renew(), ms);
}

async function refresh(
  client: OidcClient,
  leave: () => Promise<void>,
): Promise<'done' | 'refused' | 'later'> {
  const token = refreshToken ?? '';
  refreshToken = undefined;
  const { refreshed, IssuerFailure } = await import('./oidc.ts');
  try {
    const tokens = await refreshed(client, token);
    // Forgotten meanwhile, since nobody was here.
    if (secret.value === undefined) return 'done';
    renewBeforeEnd(client, tokens, await tryCaller(tokens.accessToken), leave);
    return 'done';
  } catch (error) {
    if (!(error instanceof IssuerFailure) || error.code !== 'unreachable') return 'refused';
    refreshToken = token;
    return 'later';
  }
}

/** Returns whether the reader has typed something, has a dialog open, or waits for a change. */
function isBusy(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'main textarea, main input[type="text"], main input:not([type])',
  );
  return (
    isChanging() ||
    document.querySelector('dialog[open]') !== null ||
    [...fields].some(({ value }) => value !== '')
  );
}
