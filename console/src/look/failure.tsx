import { useState } from 'preact/hooks';
import type { ApiFailure } from '../api/client.ts';
import { copyText } from '../text/clipboard.ts';

const TITLES: Readonly<Record<number, string>> = {
  0: 'The server does not answer.',
  403: 'The server refuses this page.',
  429: 'You have asked too often.',
  503: 'The server is busy.',
};

/** What an operator does about an error that is of the page's address, as the documentation of errors has it. */
const FIXES: Readonly<Record<string, string>> = {
  origin_not_allowed:
    'Open the console at the server’s own address, or name its origin in --cors-origins.',
  host_not_allowed: 'Use 127.0.0.1 or localhost, or switch authentication on.',
};

/** A failure with what an operator needs to find it in the log. */
export function Failure({
  failure,
  absent = 'It is not here.',
  again,
}: {
  readonly failure: ApiFailure;
  /** What a 404 means. */
  readonly absent?: string;
  readonly again?: () => void;
}) {
  const { status, code, requestId, message } = failure;
  const title = status === 404 ? absent : (TITLES[status] ?? 'Something went wrong.');
  return (
    <div class="state" role="alert">
      <h2>{title}</h2>
      {status !== 404 && title !== message && <p>{message}</p>}
      {FIXES[code ?? ''] !== undefined && <p>{FIXES[code ?? '']}</p>}
      {(code !== undefined || requestId !== undefined) && (
        <p class="quiet">
          {code !== undefined && <code>{code}</code>} {requestId !== undefined && 'request '}
          {requestId !== undefined && <RequestId id={requestId} />}
        </p>
      )}
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** The id by which the server's log names the request. */
function RequestId({ id }: { readonly id: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(id));
  };
  return (
    <>
      <code>{id}</code>{' '}
      <button type="button" class="plain" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </>
  );
}
