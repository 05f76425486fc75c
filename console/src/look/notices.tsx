import { isOutdated, unreachable } from '../api/reaching.ts';
import { countdown } from '../api/waiting.ts';

/** What the whole page waits for, above it. What is loaded stays readable. */
export function Notices() {
  return (
    <div class="notices" role="status">
      {unreachable.value && (
        <p>The server does not answer. What is loaded stays readable; the page asks again.</p>
      )}
      {countdown.value !== undefined && (
        <p>
          The server is busy. Asking again in {countdown.value.seconds} s.{' '}
          <button type="button" onClick={countdown.value.now}>
            Now
          </button>
        </p>
      )}
      {isOutdated.value && (
        <p>
          The server has a newer console.{' '}
          <button type="button" onClick={() => location.reload()}>
            Load it
          </button>
        </p>
      )}
    </div>
  );
}
